package io.github.marspark.jobs.mesh;

import io.github.marspark.jobs.exchange.SparkNetwork;
import io.github.marspark.jobs.recipe.MeshRecipe;
import io.github.marspark.jobs.runtime.BarrierStage;
import io.github.marspark.jobs.runtime.Cluster;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.exception.ND4JIllegalStateException;
import org.nd4j.parameterserver.distributed.v2.ModelParameterServer;

/**
 * Asks every executor, before the training, whether DL4J's mesh can have it: DL4J itself leaves executors out without an
 * error.
 */
final class MeshCheck {
    private MeshCheck() {}

    /**
     * Asks.
     *
     * @throws IllegalStateException if one cannot take part, or two have one address
     */
    static List<MeshMember> members(JavaSparkContext spark, Cluster cluster, MeshPlan plan) {
        if (cluster.isLocal()) {
            return ask(spark, cluster, plan, true);
        }
        MeshRecipe settings = plan.recipe().train().dl4jShared();
        MeshEcho echo = new MeshEcho(plan.meshDriver(), settings.port());
        try {
            List<MeshMember> members = ask(spark, cluster, plan, false);
            requireOwnAddresses(plan.meshDriver(), members);
            members.stream().filter(member -> !member.problem().isEmpty()).forEach(member -> {
                throw new IllegalStateException(
                        "%s cannot take part in dl4j-shared: %s".formatted(member, member.problem()));
            });
            return members;
        } finally {
            echo.close();
        }
    }

    private static List<MeshMember> ask(JavaSparkContext spark, Cluster cluster, MeshPlan plan, boolean alone) {
        BarrierStage.Task<String> task =
                context -> List.of(describe(context, plan, alone).toJson()).iterator();
        return BarrierStage.of(spark, cluster, cluster.tasks(), task, String.class).toJavaRDD().collect().stream()
                .map(MeshMember::parse)
                .toList();
    }

    static void requireOwnAddresses(String driver, List<MeshMember> members) {
        Map<String, String> owners = new LinkedHashMap<>();
        owners.put(driver, "the driver");
        for (MeshMember member : members) {
            String other = owners.putIfAbsent(member.address(), member.toString());
            if (other != null) {
                throw new IllegalStateException(
                        "%s and %s have one address in the mesh, %s, and dl4j-shared needs one for each: run one executor a host, and name each host's address by %s in its worker's environment or by train.dl4j-shared.network-mask; on one machine start each worker with an address of its own, such as --host 127.0.0.2 with SPARK_LOCAL_IP and %4$s of 127.0.0.2"
                                .formatted(other, member, member.address(), MeshAddress.VARIABLE));
            }
        }
    }

    // ---- on executors

    private static MeshMember describe(BarrierTaskContext context, MeshPlan plan, boolean alone) {
        MeshRecipe settings = plan.recipe().train().dl4jShared();
        String address = plan.meshDriver();
        String problem = "";
        if (!alone) {
            try {
                address = MeshAddress.ofExecutor(settings);
                problem = problem(context, new InetSocketAddress(address, settings.port()), plan);
            } catch (ND4JIllegalStateException e) {
                problem = "none of its addresses is of the network %s; change train.dl4j-shared.network-mask"
                        .formatted(settings.networkMask());
            }
        }
        return new MeshMember(SparkEnv.get().executorId(), SparkNetwork.hostOfThisProcess(), address, problem);
    }

    private static String problem(BarrierTaskContext context, InetSocketAddress own, MeshPlan plan) {
        if (ModelParameterServer.getInstance().isInitialized()) {
            return "it has trained by dl4j-shared before, and DL4J can do so once in a process; begin a new application";
        }
        String where =
                "UDP port %d at %s".formatted(own.getPort(), own.getAddress().getHostAddress());
        try (DatagramSocket socket = new DatagramSocket(own)) {
            InetSocketAddress driver = new InetSocketAddress(plan.meshDriver(), own.getPort());
            return MeshEcho.isHeard(socket, driver)
                    ? ""
                    : "from %s nothing comes back from the driver's at %s; are both addresses reachable, and is UDP let through? %s or train.dl4j-shared.network-mask sets the address"
                            .formatted(where, plan.meshDriver(), MeshAddress.VARIABLE);
        } catch (IOException e) {
            return "it cannot use %s: %s; set another port by train.dl4j-shared.port, or an address of its own by %s"
                    .formatted(where, e.getMessage(), MeshAddress.VARIABLE);
        } finally {
            context.barrier(); // two of one address meet, so that the later finds the port taken
        }
    }
}
