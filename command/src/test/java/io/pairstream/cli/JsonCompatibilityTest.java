package io.pairstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.curation.sentence.Sentence;
import io.pairstream.testing.Golden;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Commands keep the names and types of what they print with {@code --json}. */
class JsonCompatibilityTest {

  private static final SerializationConfig JSON = AnswerJson.MAPPER.getSerializationConfig();

  /** The record that a command prints, by its class within {@code io.pairstream}. */
  private static final Map<String, String> ANSWERS = new TreeMap<>();

  static {
    ANSWERS.put("GET /v1/actions", "operate.web.ActionRoutes$Trail");
    ANSWERS.put("GET /v1/lag", "operate.lag.LagReport");
    ANSWERS.put("GET /v1/overview", "operate.instances.Overview$OverviewAnswer");
    ANSWERS.put("GET /v1/overview/history", "operate.history.ThroughputHistory$HistoryAnswer");
    ANSWERS.put("GET /v1/pairs", "operate.pairs.CatalogueRoutes$Found");
    ANSWERS.put("GET /v1/pairs/ID", "operate.pairs.CatalogueRoutes$Card");
    ANSWERS.put("GET /v1/profile", "operate.pairs.CatalogueRoutes$Profile");
    ANSWERS.put("GET /v1/quarantine", "operate.pairs.CatalogueRoutes$Board");
    ANSWERS.put("GET /v1/threshold", "operate.pairs.ThresholdRoutes$Asked");
    ANSWERS.put("GET /v1/topology", "operate.instances.Graph$TopologyAnswer");
    ANSWERS.put("POST /v1/pairs/ID/labels", "operate.pairs.ReviewerRoutes$Given");
    ANSWERS.put("POST /v1/reviews", "operate.pairs.ReviewerRoutes$Results");
    ANSWERS.put("acls apply", "cli.cluster.AclsCommand$Apply$Applied");
    ANSWERS.put("acls ls", "cli.cluster.AclsCommand$Rule");
    ANSWERS.put("archive", "tools.archive.RawArchive$ArchiveReport");
    ANSWERS.put("audit", "cli.archive.AuditCommand$Audited");
    ANSWERS.put("compare", "tools.archive.Comparison");
    ANSWERS.put("demo", "demo.Demo$Summary");
    ANSWERS.put("doctor", "cli.cluster.DoctorCommand$Examined");
    ANSWERS.put("draw", "cli.data.DrawCommand$Drawn");
    ANSWERS.put("export", "cli.training.ExportCommand$Exported");
    ANSWERS.put("export --check", "feed.set.SetCheck$Report");
    ANSWERS.put("exposure", "cli.training.ExposureCommand$Answer");
    ANSWERS.put("feed", "cli.training.FeedCommand$Batch");
    ANSWERS.put("import", "cli.data.ImportProgress$Summary");
    ANSWERS.put("keys create", "cli.cluster.KeysCommand$KeyAnswer");
    ANSWERS.put("keys ls", "cli.cluster.KeysCommand$KeyAnswer");
    ANSWERS.put("keys revoke", "cli.cluster.KeysCommand$KeyAnswer");
    ANSWERS.put("lag mute", "operate.lag.Mute");
    ANSWERS.put("lag mutes", "cli.watch.LagCommand$Ls$Muted");
    ANSWERS.put("lag unmute", "operate.lag.Mute");
    ANSWERS.put("lag", "cli.watch.LagTable");
    ANSWERS.put("models check", "cli.models.ModelsCommand$Check$Checked");
    ANSWERS.put("models get", "cli.models.ModelsGetCommand$Got");
    ANSWERS.put("models new", "cli.command.NewCommand$Written");
    ANSWERS.put("models try", "cli.models.ModelsTryCommand$Tried");
    ANSWERS.put("profile", "operate.profile.ProfileReport$ProfileAnswer");
    ANSWERS.put("quarantine ls", "cli.review.QuarantineCommand$ReadEntry");
    ANSWERS.put("quarantine replay ID", "cli.review.QuarantineReplayCommand$ReplayedOnes");
    ANSWERS.put("quarantine replay", "cli.review.QuarantineReplayCommand$Replayed");
    ANSWERS.put("quarantine show", "cli.review.QuarantineCommand$Show$Shown");
    ANSWERS.put("recipe check", "cli.recipe.RecipeCommand$Check$Checked");
    ANSWERS.put("recipe diff", "tools.recipe.DiffReport");
    ANSWERS.put("recipe explain", "cli.recipe.RecipeCommand$Explain$Explained");
    ANSWERS.put("recipe ls", "cli.recipe.RecipeCommand$Ls$Listed");
    ANSWERS.put("recipe new", "cli.command.NewCommand$Written");
    ANSWERS.put("recipe try", "cli.recipe.RecipeTryCommand$Tried");
    ANSWERS.put("rerun", "tools.archive.Rerun$RerunReport");
    ANSWERS.put("score", "answers.ScoreCounts");
    ANSWERS.put("takedown lift", "cli.review.TakedownCommand$TakedownAnswer");
    ANSWERS.put("takedown ls", "curation.takedown.TakedownService$Entry");
    ANSWERS.put("takedown", "cli.review.TakedownCommand$TakedownAnswer");
    ANSWERS.put("topics ls", "cli.cluster.TopicsCommand$Ls$Listed");
    ANSWERS.put("up", "cli.run.UpCommand$Up");
    ANSWERS.put("view cut", "cli.training.OnViews$Described");
    ANSWERS.put("view drop", "cli.training.OnViews$Described");
    ANSWERS.put("view freeze", "cli.training.OnViews$Described");
    ANSWERS.put("view ls", "cli.training.OnViews$Described");
    ANSWERS.put("view seal", "cli.training.OnViews$Described");
    ANSWERS.put("view show", "cli.training.ViewCommand$Show$Shown");
  }

  /** Commands whose JSON no record of their own says; the tests of these commands hold it. */
  private static final Set<String> WITHOUT_RECORD =
      Set.of("fetch", "ingest", "operate", "preprocess", "registry", "topics create", "why");

  private final List<String> entries = new ArrayList<>();

  @Test
  void answersKeepTheirFields() throws ClassNotFoundException {
    for (Map.Entry<String, String> answer : ANSWERS.entrySet()) {
      JavaType type = JSON.constructType(Class.forName("io.pairstream." + answer.getValue()));
      String asked = answer.getKey() + (answer.getKey().contains("/") ? " " : " --json ");
      addFields(asked, type, new HashSet<>());
    }

    Golden.of("what commands print with --json, and operate answers", "json.txt").compare(entries);
  }

  @Test
  void everyCommandWithJsonIsNamed() {
    Set<String> named = new TreeSet<>(WITHOUT_RECORD);
    named.addAll(ANSWERS.keySet());
    Set<String> commands = new TreeSet<>();
    addCommands(Main.commandLine(""), commands);

    assertThat(named).as("ANSWERS and WITHOUT_RECORD").containsAll(commands);
  }

  private static void addCommands(CommandLine command, Set<String> to) {
    if (command.getCommandSpec().findOption("--json") != null) {
      to.add(command.getCommandSpec().qualifiedName(" ").replaceFirst("^pairstream ", ""));
    }
    command.getSubcommands().values().forEach(under -> addCommands(under, to));
  }

  private void addFields(String name, JavaType type, Set<JavaType> around) {
    if (!around.add(type)) {
      return; // a type that holds others of its kind
    }
    for (BeanPropertyDefinition field : JSON.introspect(type).findProperties()) {
      if (!field.couldSerialize()) {
        continue;
      }
      JavaType of = field.getAccessor().getType();
      if (isLeftOut(of)) {
        continue;
      }
      if (field.getAccessor().hasAnnotation(JsonUnwrapped.class)) {
        addFields(name, of, around);
      } else {
        add(name + (name.endsWith(" ") ? "" : ".") + field.getName(), of, around);
      }
    }
    around.remove(type);
  }

  private void add(String name, JavaType type, Set<JavaType> around) {
    if (type.isReferenceType()) {
      add(name, type.getReferencedType(), around);
    } else if (type.isContainerType()) {
      add(name + (type.isMapLikeType() ? ".*" : "[]"), type.getContentType(), around);
    } else if (isObject(type.getRawClass())) {
      entries.add(name + " object");
      addFields(name, type, around);
    } else {
      entries.add(name + " " + scalar(type.getRawClass()));
    }
  }

  /** Whether the JSON leaves out all values of a type, as those of Avro's own fields and bytes. */
  private static boolean isLeftOut(JavaType type) {
    return Boolean.TRUE.equals(
        JSON.getAnnotationIntrospector()
            .isIgnorableType(JSON.introspectClassAnnotations(type).getClassInfo()));
  }

  private static boolean isObject(Class<?> type) {
    return type.getName().startsWith("io.pairstream") && !type.isEnum() && type != Sentence.class;
  }

  private static String scalar(Class<?> type) {
    if (type == boolean.class || type == Boolean.class) {
      return "boolean";
    }
    boolean isNumber =
        type.isPrimitive()
            || Number.class.isAssignableFrom(type)
            || type.getName().matches("java\\.util\\.Optional(Int|Long|Double)");
    return isNumber ? "number" : "text";
  }
}
