package io.github.marspark.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The way from the README to the line of a formula: every link leads to the line that it quotes. */
class NotationTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path DOCS = ROOT.resolve("docs");
    private static final Pattern LINK = Pattern.compile("\\[`([^`]+)`]\\(([^)#\\s]+)#L(\\d+) \"([^\"]+)\"\\)");
    private static final Pattern ANY_LINK = Pattern.compile("]\\((?!https:)([^)#\\s]*)");
    private static final Pattern HREF = Pattern.compile("href=\"(\\.\\./[^\"]+)\"");

    private static List<MatchResult> matches(Pattern pattern, Path file) throws IOException {
        return pattern.matcher(Files.readString(file)).results().toList();
    }

    @Test
    void theReadmeLeadsToTheNotation() throws IOException {
        assertThat(matches(ANY_LINK, ROOT.resolve("README.md")))
                .extracting(match -> match.group(1))
                .contains("docs/notation.md");
    }

    @Test
    void everyLinkLeadsToTheLineThatItQuotes() throws IOException {
        List<String> wrong = new ArrayList<>();
        List<MatchResult> links = matches(LINK, DOCS.resolve("notation.md"));
        for (MatchResult link : links) {
            wrong.addAll(fault(link.group(1), link.group(2), Integer.parseInt(link.group(3)), link.group(4)));
        }
        assertThat(wrong).isEmpty();
        assertThat(links).hasSameSizeAs(matches(Pattern.compile("#L\\d+"), DOCS.resolve("notation.md")));
        assertThat(links).hasSizeGreaterThan(50);
    }

    /** What is wrong with a link, if anything. */
    private static List<String> fault(String name, String target, int number, String quoted) throws IOException {
        Path file = DOCS.resolve(target).normalize();
        if (!Files.exists(file)) {
            return List.of(name + " leads to " + target + ", which does not exist");
        }
        List<String> lines = Files.readAllLines(file);
        if (number > lines.size() || !lines.get(number - 1).contains(quoted)) {
            List<Integer> now = IntStream.rangeClosed(1, lines.size())
                    .filter(i -> lines.get(i - 1).contains(quoted))
                    .boxed()
                    .toList();
            return List.of("%s leads to line %d of %s, but \"%s\" stands in lines %s"
                    .formatted(name, number, file.getFileName(), quoted, now));
        }
        String symbol = name.substring(name.lastIndexOf('.') + 1);
        return Pattern.compile("\\b" + symbol + "\\b")
                        .matcher(String.join("\n", lines))
                        .find()
                ? List.of()
                : List.of(name + " leads to " + file.getFileName() + ", where there is no " + symbol);
    }

    @Test
    void aSymbolHasOneMeaning() throws IOException {
        String text = Files.readString(DOCS.resolve("notation.md"));
        List<String> symbols = text.substring(0, text.indexOf("## Glossary"))
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| ---") && !line.startsWith("| |"))
                .map(line -> line.substring(2, line.indexOf(" | ")))
                .filter(cell -> !cell.equals("letter") && !cell.equals("symbol"))
                .flatMap(cell -> Stream.of(cell.split(", (?![^(]*\\))")))
                .toList();
        assertThat(symbols).doesNotHaveDuplicates().contains("S", "τ", "m", "v");
    }

    @Test
    void everyOtherLinkOfTheDocumentsLeadsToAFile() throws IOException {
        List<String> lost = new ArrayList<>();
        try (Stream<Path> documents = Files.walk(DOCS)) {
            for (Path document :
                    documents.filter(file -> file.toString().endsWith(".md")).toList()) {
                for (MatchResult link : matches(ANY_LINK, document)) {
                    if (!Files.exists(document.resolveSibling(link.group(1)))) {
                        lost.add(document.getFileName() + ": " + link.group(1));
                    }
                }
            }
        }
        assertThat(lost).isEmpty();
    }

    @Test
    void linksOfTheSourcesLeadToDocuments() throws IOException {
        List<Path> linked = new ArrayList<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(file -> file.toString().endsWith(".java")).toList()) {
                for (MatchResult link : matches(HREF, source)) {
                    linked.add(source.resolveSibling(link.group(1)));
                }
            }
        }
        assertThat(linked).hasSizeGreaterThanOrEqualTo(2).allMatch(Files::exists);
    }
}
