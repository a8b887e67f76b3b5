package io.github.marspark.data.weights;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What training scripts are known to save beside a network: it is no part of it, and left out with a word. */
final class KnownParts {

    private static final List<String> OF_A_TRAINING = List.of(
            "optimizer",
            "optimizers",
            "optimizer_state",
            "optimizer_states",
            "optimizer_state_dict",
            "optim",
            "opt",
            "lr_scheduler",
            "lr_schedulers",
            "lr_scheduler_state_dict",
            "scheduler",
            "schedulers",
            "scheduler_state_dict",
            "scaler",
            "grad_scaler",
            "amp",
            "callbacks",
            "loops",
            "rng",
            "rng_state",
            "rng_states",
            "torch_rng_state",
            "cuda_rng_state",
            "cuda_rng_state_all",
            "random_states",
            "args",
            "hyper_parameters");

    private static final List<String> OF_LATENT_DIFFUSION = List.of(
            "loss",
            "discriminator",
            "perceptual_loss",
            "model_ema",
            "ema",
            "model.diffusion_model",
            "diffusion_model",
            "cond_stage_model",
            "first_stage_model",
            "scale_factor",
            "logvar",
            "lvlb_weights",
            "betas",
            "alphas_cumprod",
            "alphas_cumprod_prev",
            "sqrt_alphas_cumprod",
            "sqrt_one_minus_alphas_cumprod",
            "log_one_minus_alphas_cumprod",
            "sqrt_recip_alphas_cumprod",
            "sqrt_recipm1_alphas_cumprod",
            "posterior_variance",
            "posterior_log_variance_clipped",
            "posterior_mean_coef1",
            "posterior_mean_coef2");

    private KnownParts() {}

    /** The known part that a tensor belongs to, by its name below the network's own place or one around it. */
    static Optional<String> of(String name) {
        return Stream.concat(OF_A_TRAINING.stream(), OF_LATENT_DIFFUSION.stream())
                .filter(part -> name.equals(part) || WeightPlace.isBelow(part, name))
                .findFirst();
    }
}
