package io.github.marspark.jobs.encode;

import io.github.marspark.jobs.encode.LatentFileReports.Totals;
import io.github.marspark.jobs.images.ImageCollection;
import io.github.marspark.jobs.recipe.EncodeRecipe;
import java.io.PrintStream;
import java.util.Locale;

/** Whether every image that was listed has become a record or a reject, and enough of them records. Driver only. */
final class Account {
    private final LatentFolder folder;
    private final EncodeRecipe recipe;
    private final ImageCollection images;
    private final PrintStream out;

    Account(LatentFolder folder, EncodeRecipe recipe, ImageCollection images, PrintStream out) {
        this.folder = folder;
        this.recipe = recipe;
        this.images = images;
        this.out = out;
    }

    /**
     * Adds up.
     *
     * @param intake all images, and what could not be listed
     * @param leftOut of them, as the recipe asked
     * @param reports about the others
     * @return the sums
     * @throws IllegalStateException if an image is missing, none can be used, or too few
     */
    Totals settle(Intake intake, LeftOut leftOut, LatentFileReports reports) {
        Listing listing = intake.listing();
        Totals totals = reports.totals(leftOut);
        out.printf(
                "%d images in = %d latent records + %d rejects%n", listing.size(), totals.records(), totals.rejects());
        if (intake.unread().files() > 0) {
            out.println(intake.unread());
        }
        if (listing.size() != totals.images() || totals.images() != totals.records() + totals.rejects()) {
            throw new IllegalStateException(
                    "%s does not account for every image: %d were listed, %d taken; delete it and encode again"
                            .formatted(folder, listing.size(), totals.images()));
        }
        out.printf(
                "%s: %d files, %.1f MB, %d numbers beyond the range of %s%n",
                folder,
                totals.files(),
                totals.bytes() / 1e6,
                totals.clampedValues(),
                recipe.numberType().toString().toLowerCase(Locale.ROOT));
        if (!leftOut.reasons().isEmpty()) {
            out.printf("left out of them: %s%n", String.join(", ", leftOut.reasons()));
        }
        if (totals.rejects() > leftOut.size()) {
            judge(totals, leftOut.size(), reports);
            judge(intake.unread(), reports);
        }
        return totals;
    }

    private void judge(Totals totals, long leftOut, LatentFileReports reports) {
        long chosen = totals.images() - leftOut;
        long unusable = totals.rejects() - leftOut;
        String table = folder.path(LatentFolder.REJECTS).toString();
        String reasons = String.join(", ", reports.reasons());
        out.printf("rejects: %s; listed in %s%n", reasons, table);
        if (totals.records() == 0) {
            throw new IllegalStateException(
                    "none of the %d files in %s can be used as an image (%s): %s; set images to a folder of JPEG, PNG, WebP, GIF, BMP or TIFF files"
                            .formatted(chosen, images.root(), reasons, reports.example()));
        }
        double share = (double) unusable / chosen;
        if (share > recipe.maxRejectShare()) {
            throw new IllegalStateException(
                    "%d of %d images in %s cannot be used (%s), a share of %.4f, more than encode.max-reject-share = %s allows; the first: %s; %s lists them all, and the latents of the other images are complete: allow a larger share, or repair the images and encode into another folder"
                            .formatted(
                                    unusable,
                                    chosen,
                                    images.root(),
                                    reasons,
                                    share,
                                    recipe.maxRejectShare(),
                                    reports.example(),
                                    table));
        }
    }

    /** Files of which a part is not known, as if all of their images were lost. */
    private void judge(Unread unread, LatentFileReports reports) {
        if (unread.share() > recipe.maxRejectShare()) {
            throw new IllegalStateException(
                    "%s: %s, a share of %.4f, more than encode.max-reject-share = %s allows; the first: %s; %s lists them all, and the latents of the other images are complete: allow a larger share, or repair the files and encode into another folder"
                            .formatted(
                                    images.root(),
                                    unread,
                                    unread.share(),
                                    recipe.maxRejectShare(),
                                    reports.example(),
                                    folder.path(LatentFolder.REJECTS)));
        }
    }
}
