package io.pairstream.image;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "io.pairstream.image",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule only_the_child_process_touches_native_code =
      noClasses()
          .that()
          .resideOutsideOfPackage("..image.worker..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule the_child_process_knows_nothing_but_the_protocol_and_its_values =
      noClasses()
          .that()
          .resideInAnyPackage("..image.worker..", "..image.protocol..", "..image.plan..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.pairstream.image",
              "io.pairstream.image.model..",
              "io.pairstream.image.sandbox..",
              "io.pairstream.cleaning.caption..",
              "io.pairstream.cleaning.recipe..",
              "io.pairstream.cleaning.tokens..");
}
