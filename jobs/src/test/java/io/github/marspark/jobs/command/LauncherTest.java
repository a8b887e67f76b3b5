package io.github.marspark.jobs.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LauncherTest {
    private static final Pattern OPENS = Pattern.compile("(?<!-J)--add-opens=\\S+=ALL-UNNAMED");

    @Test
    void launcherOpensTheSamePackagesAsTheTests() throws IOException {
        assertThat(opens("../mar")).isNotEmpty().containsExactlyInAnyOrderElementsOf(opens("../pom.xml"));
    }

    private static List<String> opens(String file) throws IOException {
        return OPENS.matcher(Files.readString(Path.of(file)))
                .results()
                .map(MatchResult::group)
                .toList();
    }
}
