package io.github.marspark.model.dl4j;

import io.github.marspark.model.mar.MarParameters;
import io.github.marspark.model.optimization.WeightDecayRule;
import io.github.marspark.model.parameters.ParameterLayout;
import io.github.marspark.model.parameters.ParameterSpec;
import io.github.marspark.model.parameters.Parameters;
import io.github.marspark.model.random.Draws;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Tells DL4J where the network's parameters lie in its flat vector.
 *
 * <p>DL4J cuts names at underscores, so its keys have hyphens where the reference's names have underscores.
 */
final class MarParamInitializer implements ParamInitializer {
    static final MarParamInitializer INSTANCE = new MarParamInitializer();

    private MarParamInitializer() {}

    static ParameterLayout layout(Layer layer) {
        return MarParameters.layout(((MarLayer) layer).config());
    }

    static String key(ParameterSpec spec) {
        return spec.name().replace('_', '-');
    }

    static ParameterSpec spec(Layer layer, String key) {
        ParameterLayout layout = layout(layer);
        return layout.specs().get(layout.index(key.replace('-', '_')));
    }

    @Override
    public long numParams(NeuralNetConfiguration configuration) {
        return numParams(configuration.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return layout(layer).size();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return layout(layer).specs().stream().map(MarParamInitializer::key).toList();
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return paramKeys(layer).stream()
                .filter(key -> isWeightParam(layer, key))
                .toList();
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return paramKeys(layer).stream().filter(key -> isBiasParam(layer, key)).toList();
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        ParameterSpec spec = spec(layer, key);
        return WeightDecayRule.of(spec.name(), spec.shape().length) == WeightDecayRule.DECAYED;
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return !isWeightParam(layer, key);
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration configuration, INDArray flat, boolean initialize) {
        MarLayer layer = (MarLayer) configuration.getLayer();
        paramKeys(layer).forEach(configuration::addVariable);
        if (initialize) {
            ParameterLayout layout = layout(layer);
            new Parameters(layout, flat, Nd4j.createUninitialized(flat.dataType(), layout.size()))
                    .initialize(new Draws(layer.seed()));
        }
        return views(layer, flat);
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration configuration, INDArray flat) {
        return views((MarLayer) configuration.getLayer(), flat);
    }

    private static Map<String, INDArray> views(MarLayer layer, INDArray flat) {
        ParameterLayout layout = layout(layer);
        INDArray vector = flat.reshape('c', new long[] {flat.length()});
        Map<String, INDArray> views = new LinkedHashMap<>();
        for (int i = 0; i < layout.specs().size(); i++) {
            ParameterSpec spec = layout.specs().get(i);
            long[] shape = Arrays.stream(spec.shape()).asLongStream().toArray();
            INDArray part = vector.get(NDArrayIndex.interval(layout.offset(i), layout.offset(i) + spec.size()));
            views.put(key(spec), part.reshape('c', shape));
        }
        return views;
    }
}
