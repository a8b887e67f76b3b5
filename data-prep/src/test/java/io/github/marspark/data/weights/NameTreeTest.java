package io.github.marspark.data.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NameTreeTest {

    @Test
    void namesThatDifferInOnePartShareTheOthers() {
        List<String> names = Stream.of("0", "1")
                .flatMap(block -> Stream.of("norm", "q", "k", "v", "proj_out").map(part -> block + "." + part))
                .flatMap(name -> Stream.of("weight", "bias").map(end -> "decoder.up.2.attn." + name + "." + end))
                .toList();
        assertThat(NameTree.compact(names)).isEqualTo("decoder.up.2.attn.{0,1}.{norm,q,k,v,proj_out}.{weight,bias}");
    }

    @Test
    void numbersThatFollowOneAnotherAreARange() {
        assertThat(NameTree.compact(
                        IntStream.of(0, 1, 2, 3, 7).mapToObj(i -> "b." + i).toList()))
                .isEqualTo("b.{0..3,7}");
        assertThat(NameTree.compact(List.of("b.0", "b.1", "b.2"))).isEqualTo("b.{0..2}");
    }

    @Test
    void namesThatHaveNothingInCommonStandSideBySide() {
        assertThat(NameTree.compact(List.of("a", "b.c", "b", "d.e.f"))).isEqualTo("{a,b}, b.c, d.e.f");
        assertThat(NameTree.compact(List.of("w"))).isEqualTo("w");
    }

    @Test
    void aListThatIsTooLongIsCutAndShowsNoControlCharacters() {
        List<String> names =
                IntStream.range(0, 500).mapToObj(i -> "x".repeat(i % 7) + i).toList();
        assertThat(NameTree.compact(names)).hasSize(603).endsWith("...");
        assertThat(NameTree.compact(List.of("a\u001b[31m"))).isEqualTo("a?[31m");
    }

    @Test
    void patternsMatchWhatWasChosenAndNothingElse() {
        List<String> all = List.of("up.0.attn.q", "up.0.attn.k", "up.0.conv", "loss.a", "loss.b.c", "loss", "scale");
        assertThat(NameTree.patterns(Set.of("up.0.attn.q", "up.0.attn.k", "scale"), all))
                .isEqualTo("up.0.attn.*,scale");
        assertThat(NameTree.patterns(Set.of("loss.a", "loss.b.c"), all)).isEqualTo("loss.a,loss.b.*");
    }
}
