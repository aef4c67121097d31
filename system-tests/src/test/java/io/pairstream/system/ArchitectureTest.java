package io.pairstream.system;

import static com.tngtech.archunit.base.DescribedPredicate.anyElementThat;
import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.pairstream.cleaning.Step;
import io.pairstream.schemas.wire.AdminClients;
import java.io.ObjectInputStream;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.avro.specific.SpecificRecordBuilderBase;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClient;

/** The rules that neither the compiler nor Maven can see. */
@AnalyzeClasses(
    packages = "io.pairstream",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestSupport.class})
class ArchitectureTest {

  /** Leaves out code that modules lend to the tests of others. */
  static final class NoTestSupport implements ImportOption {

    @Override
    public boolean includes(Location location) {
      return !location.matches(Pattern.compile(".*(-tests\\.jar!|/test-(support|budget)[/-]).*"));
    }
  }

  private static final DescribedPredicate<JavaClass> GENERATED =
      JavaClass.Predicates.assignableTo(SpecificRecordBase.class)
          .or(JavaClass.Predicates.assignableTo(SpecificRecordBuilderBase.class));

  @ArchTest
  static final ArchRule cleaning_is_pure =
      noClasses()
          .that()
          .resideInAPackage("io.pairstream.cleaning..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.kafka..", "org.apache.avro..", "io.confluent..", "org.bytedeco..");

  /**
   * A jar that compiles against the package needs nothing else, and its loader has nothing else.
   */
  @ArchTest
  static final ArchRule the_plugins_package_stands_alone =
      noClasses()
          .that()
          .resideInAPackage("io.pairstream.plugin..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("io.pairstream.plugin..", "java..");

  @ArchTest
  static final ArchRule native_codecs_run_in_the_worker_only =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.pairstream.image.worker..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule only_the_worker_process_runs_the_worker =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.pairstream.image..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.pairstream.image.worker..");

  @ArchTest
  static final ArchRule the_wire_format_is_set_up_in_one_place =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.pairstream.schemas..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.confluent..");

  @ArchTest
  static final ArchRule admin_clients_are_made_in_one_place =
      noClasses()
          .that()
          .doNotBelongToAnyOf(AdminClients.class)
          .should()
          .callMethod(Admin.class, "create", Map.class)
          .orShould()
          .callMethod(Admin.class, "create", Properties.class)
          .orShould()
          .callMethod(AdminClient.class, "create", Map.class)
          .orShould()
          .callMethod(AdminClient.class, "create", Properties.class);

  @ArchTest
  static final ArchRule storage_knows_nothing_of_pairs =
      noClasses()
          .that()
          .resideInAPackage("io.pairstream.storage..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.pairstream..")
                  .and(DescribedPredicate.not(resideInAPackage("io.pairstream.storage.."))));

  @ArchTest
  static final ArchRule services_do_not_use_each_other =
      slices()
          .matching("io.pairstream.(ingest|preprocess|feed|answers|operate|registry)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule tools_and_curation_know_no_operators_service =
      noClasses()
          .that()
          .resideInAnyPackage("io.pairstream.tools..", "io.pairstream.curation..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.pairstream.operate..");

  /** Commands start the service, and make the reports on lag, profile and instances themselves. */
  @ArchTest
  static final ArchRule commands_enter_the_operators_service_by_its_entry_classes =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.pairstream.operate..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("io.pairstream.operate..")
                  .and(
                      DescribedPredicate.not(
                          nameMatching(
                              "io.pairstream.operate.(web.Operate(Service|Settings)"
                                  + "|oidc.OidcSettings|lag.[\\w$]+|lag.watch.LagWatcher"
                                  + "|instances.InstanceChecks"
                                  + "|profile.(ReadProfile|Histogram|ProfileReport.*))"))));

  @ArchTest
  static final ArchRule features_form_no_cycles =
      slices().matching("io.pairstream.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule packages_form_no_cycles =
      slices().matching("io.pairstream.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule a_step_is_final_and_holds_only_final_fields =
      classes()
          .that()
          .implement(Step.class)
          .and()
          .areTopLevelClasses()
          .should()
          .haveModifier(JavaModifier.FINAL)
          .andShould()
          .haveOnlyFinalFields();

  @ArchTest
  static final ArchRule static_fields_are_constants =
      fields()
          .that()
          .areStatic()
          .and()
          .areDeclaredInClassesThat(DescribedPredicate.not(GENERATED))
          .should()
          .beFinal();

  /** A record's component may be one: callers read it as its accessor's answer. */
  @ArchTest
  static final ArchRule an_optional_is_no_argument =
      codeUnits()
          .that()
          .doNotHaveModifier(JavaModifier.SYNTHETIC)
          .and(
              describe(
                  "are no constructor of a record",
                  unit -> !(unit.isConstructor() && unit.getOwner().isRecord())))
          .should()
          .notHaveRawParameterTypes(anyElementThat(type(Optional.class)));

  @ArchTest
  static final ArchRule an_optional_is_no_field =
      noFields()
          .that()
          .doNotHaveModifier(JavaModifier.SYNTHETIC)
          .and()
          .areDeclaredInClassesThat(describe("are no records", owner -> !owner.isRecord()))
          .should()
          .haveRawType(Optional.class);

  @ArchTest
  static final ArchRule names_say_what_a_class_is =
      noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager|Common)$");

  @ArchTest
  static final ArchRule the_topology_reads_no_clock =
      noClasses()
          .that()
          .resideInAnyPackage("io.pairstream.cleaning..", "io.pairstream.preprocess.topology..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now");

  @ArchTest
  static final ArchRule nothing_is_deserialized_as_java_objects =
      noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class);
}
