package io.github.marspark.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "io.github.marspark";
    private static final String MODEL = ROOT + ".model..";
    private static final String DATA = ROOT + ".data..";
    private static final String JOBS = ROOT + ".jobs..";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // the tests of other modules come as a jar once it is packed
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages(ROOT);

    @Test
    void everyClassBelongsToAModule() {
        classes().should().resideInAnyPackage(MODEL, DATA, JOBS).check(CLASSES);
    }

    @Test
    void modelKnowsNoOtherModule() {
        noClasses()
                .that()
                .resideInAPackage(MODEL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(DATA, JOBS)
                .check(CLASSES);
    }

    @Test
    void dataPreparationKnowsNoJobs() {
        noClasses()
                .that()
                .resideInAPackage(DATA)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(JOBS)
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyJobsKnowSpark() {
        noClasses()
                .that()
                .resideInAnyPackage(MODEL, DATA)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
                .check(CLASSES);
    }

    @Test
    void modelKnowsNoFiles() {
        noClasses()
                .that()
                .resideInAPackage(MODEL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.nio.channels..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.io\\.(File|RandomAccessFile).*")
                .check(CLASSES);
    }

    @Test
    void onlyMainEndsTheProgram() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Main.class.getName())
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(CLASSES);
    }

    @Test
    void namesSayWhatAClassIs() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .check(CLASSES);
    }

    @Test
    void noTwoPackagesOfTheProjectImportEachOtherInACircle() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void commandsStandOverJobsAndJobsOverParts() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("Main")
                .definedBy(ROOT + ".jobs")
                .layer("commands")
                .definedBy(jobs("command"))
                .layer("jobs")
                .definedBy(jobs(
                        "bench",
                        "classifier",
                        "compare",
                        "edit",
                        "encode",
                        "evaluation",
                        "inspect",
                        "mesh",
                        "sample",
                        "tokenizer",
                        "training"))
                .layer("parts")
                .definedBy(jobs(
                        "checkpoint",
                        "exchange",
                        "files",
                        "images",
                        "latents",
                        "progress",
                        "recipe",
                        "report",
                        "runtime"))
                .whereLayer("Main")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("commands")
                .mayOnlyBeAccessedByLayers("Main")
                .whereLayer("jobs")
                .mayOnlyBeAccessedByLayers("Main", "commands")
                .ensureAllClassesAreContainedInArchitectureIgnoring(MODEL, DATA)
                .check(CLASSES);
    }

    private static String[] jobs(String... packages) {
        return Stream.of(packages).map(name -> ROOT + ".jobs." + name).toArray(String[]::new);
    }
}
