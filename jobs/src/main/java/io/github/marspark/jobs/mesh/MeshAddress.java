package io.github.marspark.jobs.mesh;

import io.github.marspark.jobs.exchange.SparkNetwork;
import io.github.marspark.jobs.recipe.MeshRecipe;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.nd4j.parameterserver.distributed.util.NetworkOrganizer;

/** The address that DL4J gives a machine in its mesh: of the network in the recipe, else of the environment. */
final class MeshAddress {
    static final String VARIABLE = "DL4J_VOID_IP";

    /** What DL4J takes when nothing is said. */
    private static final String NOTHING_SAID = "127.0.0.1";

    private MeshAddress() {}

    /** The address of this executor, found as DL4J finds it. */
    static String ofExecutor(MeshRecipe settings) {
        String said = said(settings);
        return said.isEmpty() ? NOTHING_SAID : said;
    }

    /** The address of this driver; where nothing is said, Spark's. */
    static String ofDriver(MeshRecipe settings) {
        String said = said(settings);
        return said.isEmpty() ? resolved(SparkNetwork.hostOfThisProcess()) : said;
    }

    private static String said(MeshRecipe settings) {
        if (!settings.networkMask().isEmpty()) {
            return new NetworkOrganizer(settings.networkMask()).getMatchingAddress();
        }
        String variable = System.getenv(VARIABLE);
        return variable == null ? "" : variable;
    }

    private static String resolved(String host) {
        try {
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(
                    "the driver's host %s has no address; set spark.driver.host to one".formatted(host), e);
        }
    }

    /** The address as the mesh writes it. */
    static String endpoint(String address, int port) {
        return "aeron:udp?endpoint=%s:%d".formatted(address, port);
    }
}
