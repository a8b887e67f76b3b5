package io.github.marspark.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignFormatTest {
    private static final ImageDecoder DECODER = new ImageDecoder(ImageLimits.DEFAULT);

    /** The first bytes of files that ImageMagick, Pillow and cameras wrote. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            AVIF, 0000002066747970 6176696600000000 6176696600000000
            AVIF, 0000001c66747970 6d69663100000000 6d69663161766966 6d696166
            HEIF, 0000001c66747970 6865696300000000 6865696d69663168 65696300
            HEIF, 0000001866747970 6d69663100000000 6d69663168656963
            JPEG 2000, 0000000c6a502020 0d0a870a00000014 667479706a703220
            JPEG 2000, ff4fff51002f0000 0000006000000040
            JPEG XL, 0000000c4a584c20 0d0a870a
            JPEG XL, ff0af81f01904b
            JPEG XR, 4949bc0108000000
            JPEG-LS, ffd8fff7000b0800 400060
            JBIG2, 974a42320d0a1a0a 01
            `PBM, PGM or PPM`, 50360a3936203634 0a3235350a
            `PBM, PGM or PPM`, 50350a23204d6164 6520627920612070 726f6772616d0a39 36203634200a3235 350a
            `PBM, PGM or PPM`, 5031203234203136 0a30203120
            PAM, 50370a5749445448 2039360a
            PFM, 50460a3936203634 0a2d312e300a
            farbfeld, 6661726266656c64 00000060
            ICO or CUR, 0000010001006040 00000100
            ICO or CUR, 0000020001002020 00000000
            ICNS, 69636e7300001000
            PCX, 0a05010800000000 5f003f00
            PCX, b168de3a08100000
            TGA, 0000020000000000 0000000060004000 1820
            TGA, 0001090000000118 0000000060004000 0820
            PSD, 3842505300010000 00000000
            XCF, 67696d7020786366 2066696c6500
            SVG, 3c73766720786d6c 6e733d2261223e
            SVG, efbbbf3c3f786d6c 20763f3e0a3c212d 2d612d2d3e3c7376 6720782f3e
            XPM, 2f2a2058504d202a 2f0a
            XBM, 23646566696e6520 785f776964746820 39360a
            OpenEXR, 762f310102000000
            Radiance HDR, 233f52414449414e 43450a
            DDS, 444453207c000000 07100800
            KTX, ab4b54582031 31bb0d0a1a0a
            QOI, 716f696600000060
            FLIF, 464c4946330060
            BPG, 425047fb20
            SGI, 01da010100030060
            Sun raster, 59a66a9500000060
            ILBM, 464f524d00001000 494c424d
            DPX or Cineon, 5344505800000800
            FITS, 53494d504c452020 3d20
            MNG or JNG, 8a4d4e470d0a1a0a
            DjVu, 41542654464f524d 00000100444a5655
            WMF or EMF, d7cdc69a00000000
            OS/2 bitmap array, 424100000000 00000000 00000000 424d
            PostScript, 252150532d41646f 62652d332e30
            PDF, 255044462d312e37
            MIFF, 69643d496d616765 4d616769636b
            camera raw, 49492a0010000000 4352020000000000
            camera raw, 4949524f08000000
            camera raw, 4949550018000000
            camera raw, 0000001866747970 6372782000000001
            """)
    void callsAFormatThatCannotBeDecodedByItsName(String format, String digits) {
        byte[] file = HexFormat.of().parseHex(digits.replace(" ", ""));

        assertThatThrownBy(() -> DECODER.decode(file))
                .isInstanceOfSatisfying(
                        ImageRejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(RejectReason.UNSUPPORTED))
                .hasMessage("is a file of the format " + format
                        + ", which cannot be decoded here; convert it to JPEG, PNG or WebP");
    }

    @Test
    void recognisesWhatHasItsNameFurtherBehind() {
        ByteArrayOutputStream dicom = new ByteArrayOutputStream();
        dicom.writeBytes(new byte[128]);
        dicom.writeBytes("DICM".getBytes(StandardCharsets.US_ASCII));
        ByteArrayOutputStream targa = new ByteArrayOutputStream();
        targa.writeBytes(new byte[40]);
        targa.writeBytes("TRUEVISION-XFILE.\0".getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> DECODER.decode(dicom.toByteArray()))
                .hasMessageStartingWith("is a file of the format DICOM, ");
        assertThatThrownBy(() -> DECODER.decode(targa.toByteArray()))
                .hasMessageStartingWith("is a file of the format TGA, ");
    }

    @ParameterizedTest
    @CsvSource({
        "P1 is the first of the pages",
        "#define SIZE 3",
        "<html><svg></svg></html>",
        "<?xml version='1.0'?><svgs/>",
        "version https://git-lfs.github.com/spec/v1"
    })
    void takesNoTextForAnImage(String text) {
        assertThatThrownBy(() -> DECODER.decode(text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        ImageRejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(RejectReason.NOT_AN_IMAGE))
                .hasMessageStartingWith("begins with ");
    }

    @Test
    void takesAFilmForNoImage() {
        byte[] film = HexFormat.of().parseHex("000000206674797069736f6d0000020069736f6d69736f32");

        assertThatThrownBy(() -> DECODER.decode(film))
                .hasMessage("begins with 00 00 00 20 66 74 79 70 (... ftyp), like no JPEG, PNG, GIF, BMP, TIFF or WebP"
                        + " file");
    }

    @Test
    void tellsByTheEndingOfANameWhetherItIsMeantAsAnImage() {
        assertThat(List.of("jpg", "JPEG", "png", "Gif", "bmp", "TIFF", "webp")).allMatch(ImageEndings::isDecoded);
        assertThat(List.of("ppm", "avif", "JP2", "heic", "jxl", "psd", "svg", "ico", "cr2"))
                .noneMatch(ImageEndings::isDecoded)
                .allMatch(ending -> ImageEndings.format(ending).isPresent());
        assertThat(List.of("txt", "json", "cls", "tar", "", "img", "pdf", "mp4"))
                .allMatch(ending -> ImageEndings.format(ending).isEmpty());
        assertThat(ImageEndings.format("tif")).hasValue("TIFF");
        assertThat(ImageEndings.format("J2K")).hasValue("JPEG 2000");
    }

    @Test
    void givesAnEndingToOneFormatOnly() {
        Set<String> seen = new HashSet<>();
        for (ImageFormat format : ImageFormat.values()) {
            assertThat(format.endings()).allMatch(seen::add);
        }
        for (ForeignFormat format : ForeignFormat.ALL) {
            assertThat(format.endings()).allMatch(seen::add);
        }
        assertThat(seen).allMatch(ending -> ending.matches("[a-z0-9]+"));
    }
}
