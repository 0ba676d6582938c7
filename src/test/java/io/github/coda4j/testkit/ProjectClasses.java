package io.github.coda4j.testkit;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/**
 * The project's classes as files, read once for all tests that look at them. Of classes of others only their names are
 * known ({@code archunit.properties}).
 */
public final class ProjectClasses {
    private ProjectClasses() {}

    /** Those of the product. */
    public static JavaClasses main() {
        return Main.CLASSES;
    }

    /** Those of the tests. */
    public static JavaClasses tests() {
        return Tests.CLASSES;
    }

    private static JavaClasses read(ImportOption which) {
        return new ClassFileImporter().withImportOption(which).importPackages("io.github.coda4j");
    }

    /** Read when they are asked for. */
    private static final class Main {
        private static final JavaClasses CLASSES = read(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS);
    }

    private static final class Tests {
        private static final JavaClasses CLASSES = read(ImportOption.Predefined.ONLY_INCLUDE_TESTS);
    }
}
