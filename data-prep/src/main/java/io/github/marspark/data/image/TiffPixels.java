package io.github.marspark.data.image;

import java.awt.Transparency;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.util.stream.IntStream;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;

/** Reads the first page of a TIFF file with the transparency that it has. */
final class TiffPixels {
    private TiffPixels() {}

    static BufferedImage read(ImageReader reader, TiffVariant variant) throws IOException {
        ImageReadParam param = reader.getDefaultReadParam();
        ImageTypeSpecifier stored = reader.getRawImageType(0);
        if (stored != null && stored.getColorModel().isAlphaPremultiplied()) {
            param.setDestinationType(stored); // the reader's first choice takes premultiplied samples for plain ones
        }
        BufferedImage image = reader.read(0, param);
        ColorModel model = image.getColorModel();
        return variant.hasUnspecifiedSample() && model.hasAlpha() && model instanceof ComponentColorModel
                ? opaque(image, model)
                : image;
    }

    private static BufferedImage opaque(BufferedImage image, ColorModel model) {
        int[] colors = IntStream.range(0, model.getNumColorComponents()).toArray();
        WritableRaster raster = image.getRaster();
        ColorModel opaque = new ComponentColorModel(
                model.getColorSpace(), false, false, Transparency.OPAQUE, raster.getTransferType());
        WritableRaster rest = raster.createWritableChild(0, 0, raster.getWidth(), raster.getHeight(), 0, 0, colors);
        return new BufferedImage(opaque, rest, false, null);
    }
}
