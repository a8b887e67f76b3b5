package io.github.marspark.model.inception;

/**
 * The sizes of a batch of feature maps.
 *
 * @param batch number of images
 * @param height rows of pixels
 * @param width pixels of a row
 * @param channels values of a pixel
 */
record Form(int batch, int height, int width, int channels) {
    int pixels() {
        return batch * height * width;
    }

    Form withChannels(int other) {
        return new Form(batch, height, width, other);
    }
}
