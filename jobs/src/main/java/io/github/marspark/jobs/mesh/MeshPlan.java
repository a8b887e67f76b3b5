package io.github.marspark.jobs.mesh;

import io.github.marspark.jobs.exchange.Address;
import io.github.marspark.jobs.exchange.RunToken;
import io.github.marspark.jobs.latents.LatentIndex;
import io.github.marspark.jobs.recipe.Recipe;
import io.github.marspark.jobs.recipe.Recipes;
import java.io.Serializable;
import java.util.Map;

/**
 * What the driver tells every executor that trains by DL4J's gradient sharing.
 *
 * @param recipeText complete and checked
 * @param latents where the records are
 * @param ranks number of executors
 * @param threads of each
 * @param firstStep steps done before
 * @param meshDriver the driver's address in the mesh
 * @param progress where progress is told
 * @param token that only this training's members know
 */
record MeshPlan(
        String recipeText,
        LatentIndex latents,
        int ranks,
        int threads,
        long firstStep,
        String meshDriver,
        String progress,
        RunToken token)
        implements Serializable {
    Recipe recipe() {
        return Recipes.parse(recipeText, "the plan's recipe", Map.of());
    }

    Address progressAddress() {
        return Address.parse(progress);
    }
}
