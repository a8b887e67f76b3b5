package io.github.marspark.data.image;

/**
 * Bytes of an image file in, upright 8-bit RGB out.
 *
 * <p>JPEG (also CMYK and YCCK), PNG, GIF, BMP, TIFF and WebP, told apart by content. Of several frames or pages the
 * first is taken, on its screen; palettes are resolved, 16 bits rescaled to 8, grey repeated, transparency shows white,
 * and the Exif orientation is applied. A JPEG's embedded colour profile is applied, those of other formats are not.
 * What is cut short or contradicts its checksums is rejected, never half decoded. Immutable and thread-safe.
 *
 * @param limits the sizes that are taken, known from the header before pixels are decoded
 */
public record ImageDecoder(ImageLimits limits) {
    /**
     * Decodes one image.
     *
     * @param bytes the whole file
     * @return the image
     * @throws ImageRejected if it is not taken
     * @throws IllegalStateException if it is a WebP image and this machine cannot load libwebp, whatever the image
     */
    public RgbImage decode(byte[] bytes) throws ImageRejected {
        ImageFormat format = ImageFormat.of(bytes);
        RgbImage stored = format == ImageFormat.WEBP
                ? WebpFile.decode(bytes, limits)
                : new PlugInDecoder(format, limits).decode(bytes);
        return ExifOrientation.of(format, bytes).upright(stored);
    }
}
