package io.cairn.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The rules that the compiled main classes of all modules keep.
class ArchitectureTest {
    private static final String OS = "io.cairn.block.os..";
    private static final String MACHINE = "io.cairn.machine..";
    private static final String CLI = "io.cairn.cli..";
    private static final String BENCH = "io.cairn.bench..";

    /// What tests of all modules use; it waits and prints for them.
    private static final String TESTS = "io.cairn.testimages..";

    /// What an embedder may call and a third party may extend.
    private static final String[] LIBRARY = {
        "io.cairn.block..", "io.cairn.format..", "io.cairn.protocol..", "io.cairn.job.."
    };

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .importPaths(Stream.of(Picture.values()).map(Reactor::classes).toList());

    @ParameterizedTest
    @EnumSource
    void moduleUsesOnlyWhatThePictureAllows(Picture module) {
        classes()
                .that()
                .resideInAPackage(module.root + "..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(module.mayUse())
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.cairn.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void hostFilesAreTheOperatingSystemLayersAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackages(OS, BENCH, "io.cairn.testimages..")
                .and()
                // Runs in the build alone.
                .doNotHaveFullyQualifiedName("io.cairn.cli.Training")
                .should()
                .dependOnClassesThat(
                        isOneOf(
                                "java.nio.file.Files",
                                "java.nio.channels.FileChannel",
                                "java.nio.channels.AsynchronousFileChannel",
                                "java.io.RandomAccessFile",
                                "java.io.FileInputStream",
                                "java.io.FileReader",
                                "java.io.FileWriter"))
                .check(CLASSES);
    }

    @Test
    void foreignMemoryIsForTheOperatingSystemLayerAndTheMachine() {
        noClasses()
                .that()
                .resideOutsideOfPackages(OS, MACHINE)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .check(CLASSES);
    }

    @Test
    void threadsComeFromWorkers() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.cairn.block.Workers")
                .should()
                .callCodeUnitWhere(
                        calls(Thread.class, "<init>|ofVirtual|ofPlatform|startVirtualThread"))
                .orShould()
                .dependOnClassesThat(
                        isOneOf(
                                "java.util.concurrent.Executors",
                                "java.util.concurrent.ForkJoinPool",
                                "java.util.Timer"))
                .check(CLASSES);
    }

    @Test
    void nothingInterruptsOrSleeps() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CLI, BENCH, TESTS)
                .and()
                .doNotHaveFullyQualifiedName("io.cairn.block.Workers")
                .should()
                .callCodeUnitWhere(calls(Thread.class, "interrupt|sleep|stop"))
                .check(CLASSES);
    }

    @Test
    void standardStreamsAreTheToolsAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CLI, BENCH, TESTS)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .accessField(System.class, "in")
                .check(CLASSES);
    }

    @Test
    void noLibraryEndsTheProcess() {
        noClasses()
                .that()
                .resideOutsideOfPackages(CLI, BENCH, OS)
                .should()
                .callCodeUnitWhere(calls(System.class, "exit"))
                .orShould()
                .callCodeUnitWhere(calls(Runtime.class, "exit|halt"))
                .check(CLASSES);
    }

    @Test
    void toolsPrintThroughTheirOneWriter() {
        noClasses()
                .that()
                .resideInAPackage(CLI)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .callCodeUnitWhere(calls(System.class, "exit"))
                .check(CLASSES);
    }

    @Test
    void nothingIsReadByReflection() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .orShould()
                .callCodeUnitWhere(
                        calls(Class.class, "forName|getDeclared.*|getMethods?|getRecordComponents"))
                .check(CLASSES);
    }

    @Test
    void internalsOfTheJdkAreForSignalsAlone() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.cairn.cli.console.Signals")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun..", "jdk..")
                .check(CLASSES);
    }

    @Test
    void formattingNamesItsLocale() {
        noClasses()
                .should()
                .callMethod(String.class, "format", String.class, Object[].class)
                .orShould()
                .callMethod(String.class, "formatted", Object[].class)
                .orShould()
                .callMethod(String.class, "toLowerCase")
                .orShould()
                .callMethod(String.class, "toUpperCase")
                .check(CLASSES);
    }

    @Test
    void blockingCodeHasNoFutures() {
        noClasses()
                .that()
                .resideInAnyPackage(LIBRARY)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.CompletableFuture")
                .orShould()
                .callCodeUnitWhere(calls(Stream.class, "parallel"))
                .orShould()
                .callCodeUnitWhere(calls(Collection.class, "parallelStream"))
                .check(CLASSES);
    }

    @Test
    void signaturesOfLibraryModulesNameNoThirdParty() {
        classes()
                .that()
                .resideInAnyPackage(LIBRARY)
                .and()
                .arePublic()
                .should(nameNoThirdPartyInSignatures())
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> isOneOf(String... names) {
        List<String> all = List.of(names);
        return DescribedPredicate.describe(
                "are one of " + all, type -> all.contains(type.getFullName()));
    }

    private static DescribedPredicate<JavaCall<?>> calls(Class<?> owner, String names) {
        Pattern pattern = Pattern.compile(names);
        return DescribedPredicate.describe(
                owner.getSimpleName() + " " + names,
                call ->
                        call.getTargetOwner().isAssignableTo(owner)
                                && pattern.matcher(call.getTarget().getName()).matches());
    }

    private static ArchCondition<JavaClass> nameNoThirdPartyInSignatures() {
        return new ArchCondition<>("name no third-party type in a signature") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getMembers().stream()
                        .filter(ArchitectureTest::isVisible)
                        .filter(member -> types(member).anyMatch(ArchitectureTest::isThirdParty))
                        .forEach(member ->
                                events.add(
                                        SimpleConditionEvent.violated(
                                                member, member.getDescription())));
            }
        };
    }

    private static boolean isVisible(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaClass> types(JavaMember member) {
        Stream<JavaType> types =
                switch (member) {
                    case JavaField field -> Stream.of(field.getType());
                    case JavaCodeUnit code ->
                            Stream.concat(
                                    Stream.of(code.getReturnType()),
                                    code.getParameterTypes().stream());
                    default -> Stream.empty();
                };
        return types.flatMap(type -> type.getAllInvolvedRawTypes().stream());
    }

    private static boolean isThirdParty(JavaClass type) {
        JavaClass base = type.getBaseComponentType();
        return !base.isPrimitive()
                && !base.getPackageName().startsWith("java.")
                && !base.getPackageName().startsWith("javax.")
                && !base.getPackageName().startsWith("io.cairn.");
    }
}
