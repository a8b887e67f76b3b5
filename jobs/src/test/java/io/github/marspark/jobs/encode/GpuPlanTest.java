package io.github.marspark.jobs.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.marspark.jobs.encode.GpuPlan.Operator;
import io.github.marspark.jobs.runtime.SparkSessions;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class GpuPlanTest {
    @Test
    void reasonsAreThoseOfTheOperatorOrOfItsExpressions() {
        String explained = """
                !Exec <HashAggregateExec> cannot run on GPU because not all expressions can be replaced
                  *Expression <Count> count(1) will run on GPU
                    ! <BitXorAgg> bit_xor(id) cannot run on GPU because there is no such operator
                  #Exec <ShuffleExchangeExec> could run on GPU but is going to be removed because it is inefficient
                    *Partitioning <HashPartitioning> will run on GPU
                    @Exec <ProjectExec> could run on GPU but a parent cannot because it is alone
                      *Expression <Alias> 1 AS id will run on GPU
                      ! <RDDScanExec> cannot run on GPU because it is unknown
                        ! <AttributeReference> id cannot run on GPU because it is odd
                """;
        assertThat(GpuPlan.parse(explained).operators())
                .containsExactly(
                        new Operator(0, "HashAggregateExec", List.of("there is no such operator")),
                        new Operator(1, "ShuffleExchangeExec", List.of()),
                        new Operator(2, "ProjectExec", List.of("it is alone")),
                        new Operator(3, "RDDScanExec", List.of("it is unknown", "it is odd")));
    }

    @Test
    void whoLacksRapidsIsToldHowToGiveIt() {
        try (SparkSession spark = SparkSessions.open("plan test")) {
            assertThatThrownBy(() -> GpuPlan.of(spark.range(1).toDF()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("RAPIDS is not on the class path; give it with --jars rapids-4-spark_2.12-25.04.0.jar");
        }
    }
}
