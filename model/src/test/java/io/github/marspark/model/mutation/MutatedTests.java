package io.github.marspark.model.mutation;

import io.github.marspark.model.tensor.Kernels;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs tests of the module on its classes, of which some are replaced by those of a folder. */
final class MutatedTests {
    private static final String PACKAGE = "io.github.marspark.model.";

    private final ClassLoader loader;

    MutatedTests(Path replacements) {
        this.loader = new OwnClasses(replacements);
    }

    /**
     * Runs a method of a test, with all its arguments.
     *
     * @return what the failed ones threw
     * @throws IllegalArgumentException if there is no such test
     */
    List<Throwable> failures(String test, String method) throws ClassNotFoundException {
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(loader.loadClass(PACKAGE + test)))
                .filters((PostDiscoveryFilter) descriptor -> FilterResult.includedIf(isOf(descriptor, method)))
                .build();
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, summary);
        if (summary.getSummary().getTestsStartedCount() == 0) {
            throw new IllegalArgumentException(test + " has no test " + method);
        }
        List<Throwable> failures = new ArrayList<>();
        summary.getSummary().getFailures().forEach(failure -> failures.add(failure.getException()));
        return failures;
    }

    private static boolean isOf(TestDescriptor descriptor, String method) {
        return descriptor
                .getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName().equals(method))
                .orElse(false);
    }

    /** The module's own classes anew, those of the replacements first; all others are shared with the caller. */
    private static final class OwnClasses extends URLClassLoader {
        OwnClasses(Path replacements) {
            super(
                    new URL[] {url(replacements), where(Kernels.class), where(Mutation.class)},
                    OwnClasses.class.getClassLoader());
        }

        private static URL url(Path folder) {
            try {
                return folder.toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalArgumentException(folder + " is no folder", e);
            }
        }

        private static URL where(Class<?> ofOne) {
            CodeSource source = ofOne.getProtectionDomain().getCodeSource();
            return source.getLocation();
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
