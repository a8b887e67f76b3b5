package io.github.marspark.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BlasTest {
    @Test
    void oneDnnMultipliesWhereOpenMpHasOneThreadAndOpenBlasElsewhere() {
        assertThat(Blas.of(null, "1")).isEqualTo(Blas.ONE_DNN);
        assertThat(Blas.of(null, "2")).isEqualTo(Blas.OPEN_BLAS);
        assertThat(Blas.of(null, null)).isEqualTo(Blas.OPEN_BLAS);
    }

    @Test
    void thePropertyChoosesOtherwise() {
        assertThat(Blas.of("openblas", "1")).isEqualTo(Blas.OPEN_BLAS);
        assertThat(Blas.of("onednn", null)).isEqualTo(Blas.ONE_DNN);
        assertThatThrownBy(() -> Blas.of("mkl", "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the system property mar.products is mkl, must be onednn or openblas");
    }

    @Test
    void thisProcessUsesTheLibraryThatItsSettingsChoose() {
        assertThat(Blas.ofThisProcess())
                .isEqualTo(Blas.of(System.getProperty("mar.products"), System.getenv("OMP_NUM_THREADS")));
    }
}
