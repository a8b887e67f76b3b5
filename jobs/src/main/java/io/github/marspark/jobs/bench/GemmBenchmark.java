package io.github.marspark.jobs.bench;

import io.github.marspark.jobs.bench.OperationMeter.Product;
import io.github.marspark.model.tensor.Kernels;
import java.util.Map;

/** The ceiling: matrix products of the shapes of a training step, through the kernels that the step uses. */
final class GemmBenchmark implements Benchmark {
    @Override
    public String name() {
        return "gemm";
    }

    @Override
    public String summary() {
        return "float32 matrix products of a training step's shapes: the ceiling of its speed";
    }

    @Override
    public Map<String, String> defaults() {
        return Map.of("config", "small");
    }

    @Override
    public void run(BenchSettings settings, JsonLines lines) {
        Workload workload = Workload.of(settings.text("config"));
        Kernels kernels = settings.kernels();
        Map<Product, Integer> shapes = productsOf(workload, kernels);
        ProductRates products = new ProductRates(kernels, shapes);
        shapes.forEach((product, times) -> {
            Times taken = Times.interleaved(settings, () -> products.run(product, times))[0];
            Map<String, Object> results = taken.rates("gigaflops", product.operations() * times / 1e9);
            results.put("product", product.toString());
            results.put("timesAStep", times);
            lines.write(workload.name(), results);
        });
        Times all = Times.interleaved(settings, products::run)[0];
        Map<String, Object> results = all.rates("gigaflops", products.operations() / 1e9);
        results.put("product", "all of a step");
        lines.write(workload.name(), results);
    }

    private static Map<Product, Integer> productsOf(Workload workload, Kernels kernels) {
        OperationMeter meter = new OperationMeter();
        try (RandomLatents latents = new RandomLatents(workload.config(), workload.batch());
                RandomTraining training = new RandomTraining(workload, latents, kernels)) {
            training.use(meter.watch(kernels));
            training.run(workload.typicalStep());
        }
        return meter.products();
    }
}
