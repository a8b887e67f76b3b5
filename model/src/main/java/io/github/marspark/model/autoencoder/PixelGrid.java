package io.github.marspark.model.autoencoder;

/**
 * The sides of a batch of images of one size, whose values are a matrix with a row for each pixel.
 *
 * @param batch number of images
 * @param height rows of pixels
 * @param width pixels of a row
 */
record PixelGrid(int batch, int height, int width) {
    PixelGrid halved() {
        return new PixelGrid(batch, height / 2, width / 2);
    }

    PixelGrid doubled() {
        return new PixelGrid(batch, height * 2, width * 2);
    }

    int pixels() {
        return batch * height * width;
    }
}
