package io.github.marspark.jobs.edit;

import io.github.marspark.data.image.CenterCrop;
import io.github.marspark.data.image.RgbImage;
import io.github.marspark.jobs.files.Storage;
import io.github.marspark.jobs.recipe.EditRecipe;
import io.github.marspark.jobs.recipe.PictureFit;
import io.github.marspark.jobs.recipe.Recipe;

/** Reads picture and mask of a recipe, and refuses what is not clear; driver only. */
final class EditCanvas {
    private final EditRecipe edit;
    private final int side;
    private final int tokens;
    private final PictureFile picture;
    private final PictureFile mask;

    EditCanvas(Recipe recipe) {
        this.edit = recipe.edit();
        this.side = recipe.data().imageSize();
        this.tokens = recipe.tokensAlongASide();
        this.picture = new PictureFile("edit.image", edit.image());
        this.mask = new PictureFile("edit.mask", edit.mask());
    }

    /**
     * The picture on its canvas.
     *
     * @throws IllegalArgumentException if a file cannot be read, sizes do not fit, or nothing or everything would be drawn
     */
    Canvas read() {
        if (edit.mask().isEmpty() && edit.offset().isEmpty()) {
            throw new IllegalArgumentException(
                    "neither edit.mask nor edit.offset says what is drawn; give a mask that is white there, or the place of the picture on the canvas, around which it is");
        }
        RgbImage image = fitted(picture.read());
        int left = edit.offset().isEmpty() ? 0 : edit.offset().get(0);
        int top = edit.offset().isEmpty() ? 0 : edit.offset().get(1);
        requireOnCanvas(image, left, top);
        Canvas canvas = Canvas.of(side, image, hidden(image), left, top);
        requireSomething(canvas);
        return canvas;
    }

    private RgbImage fitted(RgbImage image) {
        if (edit.fit() == PictureFit.CROP) {
            return new CenterCrop(side).apply(image);
        }
        if (edit.offset().isEmpty() && (image.width() != side || image.height() != side)) {
            throw new IllegalArgumentException(
                    "%s has %d x %d pixels, must have the %d x %4$d of the network's images; set edit.fit=crop to cut it as encode does, or edit.offset=[column, row] to lay it on a canvas of that size"
                            .formatted(picture, image.width(), image.height(), side));
        }
        return image;
    }

    private void requireOnCanvas(RgbImage image, int left, int top) {
        boolean isOn = left < side && top < side && left > -image.width() && top > -image.height();
        if (!isOn) {
            throw new IllegalArgumentException(
                    "edit.offset is %s, where nothing of the picture of %d x %d pixels lies on the canvas of %d x %4$d; choose a column from %d to %d and a row from %d to %6$d"
                            .formatted(
                                    edit.offset(),
                                    image.width(),
                                    image.height(),
                                    side,
                                    1 - image.width(),
                                    side - 1,
                                    1 - image.height()));
        }
    }

    private boolean[] hidden(RgbImage image) {
        if (edit.mask().isEmpty()) {
            return new boolean[image.width() * image.height()];
        }
        RgbImage read = mask.read();
        if (read.width() != image.width() || read.height() != image.height()) {
            throw new IllegalArgumentException("%s has %d x %d pixels, must have the %d x %d of the picture%s"
                    .formatted(
                            mask,
                            read.width(),
                            read.height(),
                            image.width(),
                            image.height(),
                            edit.fit() == PictureFit.CROP ? " as it is cut" : ""));
        }
        return EditMask.white(read, Storage.shown(edit.mask()));
    }

    private void requireSomething(Canvas canvas) {
        if (!canvas.hidesSomething()) {
            throw new IllegalArgumentException("%s hides nothing of the canvas, so that nothing would be drawn; %s"
                    .formatted(
                            hiding(),
                            edit.mask().isEmpty()
                                    ? "choose a place where the picture does not cover it"
                                    : "paint white what is to be drawn anew"));
        }
        for (boolean kept : canvas.kept(tokens)) {
            if (kept) {
                return;
            }
        }
        throw new IllegalArgumentException(
                "%s hides everything: in each of the %d x %2$d tokens, cells of %d x %3$d pixels, is a pixel to be drawn anew, so that no token of the picture would be kept; leave one whole, or draw from nothing with ./mar sample"
                        .formatted(hiding(), tokens, side / tokens));
    }

    /** What hides pixels. */
    private String hiding() {
        return edit.mask().isEmpty() ? "edit.offset=" + edit.offset() : mask.toString();
    }
}
