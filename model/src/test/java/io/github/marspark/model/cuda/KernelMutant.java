package io.github.marspark.model.cuda;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.regex.Pattern;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs one method of the kernels' tests; ends with 1 when it fails, 2 when there is none. */
final class KernelMutant {
    private KernelMutant() {}

    public static void main(String[] arguments) throws ClassNotFoundException {
        Pattern method = Pattern.compile("\\[(method|test-template):" + arguments[0] + "\\(");
        PostDiscoveryFilter named = (TestDescriptor test) -> FilterResult.includedIf(
                method.matcher(test.getUniqueId().toString()).find());
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass("io.github.marspark.model.tensor.CudaKernelsTest"))
                .filters(named)
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        long succeeded = listener.getSummary().getTestsSucceededCount();
        long failed = listener.getSummary().getTotalFailureCount();
        Runtime.getRuntime().halt(failed > 0 ? 1 : succeeded == 0 ? 2 : 0);
    }
}
