package io.github.marspark.data.image;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An image format that is not decoded, so that a file of it is called what it is.
 *
 * @param title as people write it
 * @param endings of the names of its files, in lower case, without the dot; none that other files have as well
 * @param signatures with one of which its files begin; none if {@link ForeignContent} recognises them
 */
record ForeignFormat(String title, Set<String> endings, List<Signature> signatures) {
    static final List<ForeignFormat> ALL = List.of(
            of("AVIF", "avif avifs"),
            of("HEIF", "heic heif heics heifs hif"),
            of("JPEG 2000", "jp2 j2k j2c jpc jpf jpx jpm jph jhc", "\0\0\0\fjP  ", "\u00ffO\u00ffQ"),
            of("JPEG XL", "jxl", "\0\0\0\fJXL ", "\u00ff\n"),
            of("JPEG XR", "jxr wdp hdp", "II\u00bc"),
            of("JPEG-LS", "jls", "\u00ff\u00d8\u00ff\u00f7"),
            of("JBIG2", "jb2 jbig2", "\u0097JB2\r\n\u001a\n"),
            of("PBM, PGM or PPM", "pbm pgm ppm pnm"),
            of("PAM", "pam", "P7\n", "P7\r\n"),
            of("PFM", "pfm", "PF\n", "Pf\n", "PF\r\n", "Pf\r\n"),
            of("farbfeld", "", "farbfeld"),
            of("ICO or CUR", "ico cur"),
            of("ICNS", "icns", "icns"),
            of("PCX", "pcx dcx", "\n\0\1", "\n\2\1", "\n\3\1", "\n\4\1", "\n\5\1", "\u00b1h\u00de:"),
            of("TGA", "tga"),
            of("PSD", "psd psb", "8BPS"),
            of("XCF", "xcf", "gimp xcf"),
            of("SVG", "svg"),
            of("XPM", "xpm", "/* XPM */"),
            of("XBM", "xbm"),
            of("MIFF", "miff", "id=ImageMagick"),
            of("OpenEXR", "exr", "v/1\1"),
            of("Radiance HDR", "", "#?RADIANCE", "#?RGBE"),
            of("DDS", "dds", "DDS |\0\0\0"),
            of("KTX", "ktx ktx2", "\u00abKTX "),
            of("QOI", "qoi", "qoif"),
            of("FLIF", "flif", "FLIF"),
            of("BPG", "bpg", "BPG\u00fb"),
            of("SGI", "sgi", "\u0001\u00da\0", "\u0001\u00da\1"),
            of("Sun raster", "", "Y\u00a6j\u0095"),
            of("ILBM", "lbm ilbm", "FORM????ILBM", "FORM????PBM "),
            of("DPX or Cineon", "dpx", "SDPX", "XPDS", "\u0080*_\u00d7"),
            of("FITS", "fits", "SIMPLE  ="),
            of("DICOM", "dcm dicom", "?".repeat(128) + "DICM"),
            of("MNG or JNG", "mng jng", "\u008aMNG\r\n\u001a\n", "\u008bJNG\r\n\u001a\n"),
            of("DjVu", "djvu djv", "AT&TFORM"),
            of("WMF or EMF", "wmf emf", "\u00d7\u00cd\u00c6\u009a", "\1\0\0\0" + "?".repeat(36) + " EMF"),
            of("OS/2 bitmap array", "", "BA????????????BM", "BA????????????IC", "BA????????????CI"),
            of("PostScript", "", "%!PS", "\u00c5\u00d0\u00d3\u00c6"),
            of("PDF", "", "%PDF"),
            of(
                    "camera raw",
                    "3fr arw cr2 cr3 crw dng erf iiq k25 kdc mef mos mrw nef nrw orf pef raf rw2 rwl sr2 srf srw x3f",
                    "II*\0????CR",
                    "IIRO",
                    "IIRS",
                    "MMOR",
                    "IIU\0",
                    "II\u001a\0\0\0HEAPCCDR",
                    "FUJIFILMCCD-RAW",
                    "\0MRM",
                    "FOVb"));

    private static ForeignFormat of(String title, String endings, String... signatures) {
        return new ForeignFormat(
                title,
                Stream.of(endings.split(" ", -1))
                        .filter(ending -> !ending.isEmpty())
                        .collect(Collectors.toSet()),
                Stream.of(signatures).map(Signature::new).toList());
    }

    /** The title of a file's format, if its first bytes or what follows them are those of one of these. */
    static Optional<String> titleOf(byte[] file) {
        return ALL.stream()
                .filter(format -> format.signatures.stream().anyMatch(signature -> signature.begins(file)))
                .map(ForeignFormat::title)
                .findFirst();
    }
}
