package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import io.pairstream.cli.Main;
import io.pairstream.schemas.topics.Dataset;
import io.pairstream.schemas.topics.TopicCatalogue;
import io.pairstream.schemas.topics.TopicSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The Helm chart, rendered with several sets of values: Kubernetes' own objects take each field,
 * and the commands take each argument.
 */
class HelmChartTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final Path CHART = PROJECT.resolve("deploy/helm/pairstream");

  /** Right on names of the data set cats, as Strimzi takes it. */
  private static final String ACL =
      """
      \\{"operations":\\[[^]]+],"resource":\\{("type":"cluster"|"name":"(cats[.-]|__|pairstream-)[^"]*",\
      "patternType":"(literal|prefix)","type":"(topic|group|transactionalId)")}}""";

  private static final Map<String, Reader> KINDS =
      Map.ofEntries(
          Map.entry("apps/v1 Deployment", V1Deployment::validateJsonElement),
          Map.entry("apps/v1 StatefulSet", V1StatefulSet::validateJsonElement),
          Map.entry(
              "autoscaling/v2 HorizontalPodAutoscaler",
              V2HorizontalPodAutoscaler::validateJsonElement),
          Map.entry("batch/v1 Job", V1Job::validateJsonElement),
          Map.entry("networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::validateJsonElement),
          Map.entry("policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement),
          Map.entry("v1 ConfigMap", V1ConfigMap::validateJsonElement),
          Map.entry("v1 Service", V1Service::validateJsonElement),
          Map.entry("v1 ServiceAccount", V1ServiceAccount::validateJsonElement),
          Map.entry("kafka.strimzi.io/v1 KafkaUser", HelmChartTest::readUser),
          Map.entry("kafka.strimzi.io/v1 KafkaTopic", HelmChartTest::readTopic),
          Map.entry("monitoring.coreos.com/v1 ServiceMonitor", HelmChartTest::readMonitor),
          Map.entry("monitoring.coreos.com/v1 PrometheusRule", HelmChartTest::readRules));

  @Test
  void hasNoFaultThatHelmFinds() {
    LintResult found = new Helm(CHART).lint().strict().call();

    assertThat(found.isFailed()).as("%s", found.getMessages()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "secured",
        "crawler",
        "scaled",
        "models",
        "python",
        "placed",
        "certified"
      })
  void rendersObjectsThatKubernetesAndTheCommandsTake(String values) throws IOException {
    List<JsonObject> objects = rendered(chart(values).call());

    for (JsonObject object : objects) {
      String kind = object.get("apiVersion").getAsString() + " " + object.get("kind").getAsString();
      assertThat(KINDS).containsKey(kind);
      KINDS.get(kind).read(object);
    }
    Set<String> parsed = new TreeSet<>();
    for (JsonObject pod : pods(objects)) {
      walls(pod);
      for (JsonElement container : pod.getAsJsonArray("containers")) {
        if (!container.getAsJsonObject().has("command")) {
          parsed.add(parsed(container.getAsJsonObject()));
        }
      }
    }
    assertThat(parsed).contains("fetch", "ingest", "operate", "preprocess", "topics create");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          kafka.bootstrapServers | kafka      | does not match pattern
          preproces.replicas     | 2          | additional properties 'preproces' not allowed
          preprocess.replicas    | 0          | minimum: got 0, want 1
          fetch.replicas         | 1          | fetch.contact: an address at which owners of sites reach you
          score.enabled          | true       | score.modelsClaim: a PersistentVolumeClaim with cards and models
          registry.credentialSecret | ''      | registry.credentialSecret: a Secret whose key registry.credential
          registry.enabled       | false      | registry.url: name your schema registry
          operate.oidc.issuer    | http://login.example  | does not match pattern
          operate.oidc.issuer    | https://login.example | operate.oidc.client: the client id at the login provider
          registry.enabled       | false registry.url=https://a.example fetch.replicas=1 fetch.contact=me | networkPolicies.to.registry: the peers
          dataset                | cats_ strimzi.topics=true strimzi.cluster=museum | no name that begins with dataset cats_
          dataset                | cats.- strimzi.topics=true strimzi.cluster=museum | no name that begins with dataset cats.-
          dataset                | .cats preprocess.autoscaling.enabled=true | no name that begins with dataset .cats
          fetch.networks[0]      | 10.1.2.3    | does not match pattern
          release                | my.pictures | release my.pictures: Services and pods are named after it
          release                | 7pictures   | release 7pictures: Services and pods are named after it
          release                | pictures-of-the-great-museum-in-the-north | 40 characters at most
          """)
  void refusesWrongValues(String key, String value, String words) {
    TemplateCommand chart = chart("plain");
    for (String each : (key + "=" + value).split(" ")) {
      String[] setting = each.split("=", 2);
      boolean isName = setting[0].equals("release");
      chart = isName ? chart.withName(setting[1]) : chart.set(setting[0], setting[1]);
    }

    assertThatThrownBy(chart::call).hasMessageContaining(words);
  }

  @Test
  void noNameOfAReleaseIsAnothersThatBeginsLikeIt() {
    Set<String> names = new TreeSet<>();
    for (String release : List.of("a", "a-ingest", "a-tools", "a-topics", "a-registry")) {
      for (JsonObject object : rendered(chart("scaled").withName(release).call())) {
        String name = object.getAsJsonObject("metadata").get("name").getAsString();
        assertThat(names.add(object.get("kind") + name)).as(name).isTrue();
      }
    }
  }

  @Test
  void whoMayReadSchemasIsAValueAndTheReleaseAlwaysMay() {
    assertThat(policies("placed"))
        .filteredOn(policy -> policy.contains("registry\"}},\"policyTypes\":[\"Ingress\"]"))
        .singleElement()
        .asString()
        .contains("\"app.kubernetes.io/name\":\"pairstream\"}}}", "\"app\":\"trainer\"");
  }

  @Test
  void theNumberOfInstancesIsLeftToAnAutoscaler() {
    assertThat(chart("scaled").call())
        .contains("autoscaled-from: \"3\"", "cluster_name: \"blue\"", "honorLabels: true")
        .doesNotContain(" replicas: 3");
  }

  private static List<String> policies(String values) {
    return rendered(chart(values).call()).stream()
        .filter(object -> object.get("kind").getAsString().equals("NetworkPolicy"))
        .map(object -> object.getAsJsonObject("spec").toString())
        .toList();
  }

  @Test
  void strimzisTopicsAreThoseOfTheDataset() {
    Stream<JsonObject> made =
        rendered(chart("certified").call()).stream()
            .filter(object -> object.get("kind").getAsString().equals("KafkaTopic"))
            .map(object -> object.getAsJsonObject("spec"));

    assertThat(
            made.map(
                spec ->
                    List.of(
                        spec.get("topicName").getAsString(),
                        spec.get("partitions").getAsInt(),
                        texts(spec.getAsJsonObject("config")))))
        .containsExactlyElementsOf(
            new TopicCatalogue(new Dataset("cats"), 48)
                .topics().stream()
                    .map(topic -> List.of(topic.name(), topic.partitions(), topic.config()))
                    .toList());
  }

  @Test
  void theFileOfTopicsIsWhatTheCodeSays() throws IOException {
    StringBuilder topics =
        new StringBuilder(
            "# Made by HelmChartTest. Names that begin with pairs. or pairs- are those of the data set.\n");
    for (TopicSpec topic : new TopicCatalogue(new Dataset("pairs"), 2).topics()) {
      topics.append("- name: ").append(topic.name()).append('\n');
      if (topic.partitions() == 1) {
        topics.append("  partitions: 1\n");
      }
      topics.append("  config:\n");
      new TreeMap<>(topic.config())
          .forEach((key, value) -> topics.append("    %s: \"%s\"\n".formatted(key, value)));
    }
    MadeDocument.require(CHART.resolve("files/topics.yaml"), topics.toString());
  }

  @Test
  void servicesWithACertificateSpeakHttpsAndAreAskedSo() {
    String text = chart("certified").call();

    assertThat(text)
        .contains("https://pictures-registry:8080", "secretName: ingest-tls", "scheme: https")
        .doesNotContain("--behind-tls", "http://pictures-registry");
    for (JsonObject pod : pods(rendered(text))) {
      JsonObject container = pod.getAsJsonArray("containers").get(0).getAsJsonObject();
      boolean isEncrypted = container.getAsJsonArray("args").toString().contains("--tls-key");
      String name = container.get("name").getAsString();
      assertThat(isEncrypted).isEqualTo(Set.of("ingest", "operate", "registry").contains(name));
      if (container.has("readinessProbe")) {
        assertThat(container.get("readinessProbe").toString().contains("HTTPS"))
            .isEqualTo(isEncrypted);
      }
      assertThat(pod.get("volumes").toString().contains("-tls\"")).isEqualTo(isEncrypted);
    }
  }

  @Test
  void theDashboardAloneKnowsTheLoginProviderAndReachesIt() {
    List<JsonObject> objects = rendered(chart("certified").call());

    assertThat(policies("certified").stream().filter(policy -> policy.contains("8443")))
        .singleElement()
        .asString()
        .contains("\"app.kubernetes.io/component\":\"operate\"", "Egress");
    for (String volume :
        List.of("\"secretName\":\"oidc\"", "\"configMap\":{\"name\":\"login-ca\"}")) {
      assertThat(
              pods(objects).stream()
                  .filter(pod -> pod.get("volumes").toString().contains(volume))
                  .map(pod -> pod.getAsJsonArray("containers").get(0).getAsJsonObject()))
          .singleElement()
          .extracting(container -> container.get("args").toString() + container.get("volumeMounts"))
          .asString()
          .contains("/run/oidc/secret", "curators=review", "ml-team=view")
          .contains("/run/oidc-authorities/ca.crt", "\"mountPath\":\"/run/oidc-authorities\"");
    }
  }

  @Test
  void functionsInPythonRunInAnImageOfTheUsersOnItsGpus() {
    List<JsonObject> containers =
        pods(rendered(chart("python").call())).stream()
            .map(pod -> pod.getAsJsonArray("containers").get(0).getAsJsonObject())
            .filter(container -> container.get("args").toString().contains("--trust-python"))
            .toList();

    assertThat(containers)
        .extracting(container -> container.get("image").getAsString())
        .containsExactlyInAnyOrder("ml/pairstream:1", "ml/pairstream:2");
    assertThat(containers.toString())
        .contains("\"--gpus\",\"0,1\"", "\"limits\":{\"memory\":\"4Gi\",\"nvidia.com/gpu\":2");
  }

  @Test
  void theDashboardStaysReachableWhileBrokersAreAway() {
    assertThat(
            pods(rendered(chart("plain").call())).stream()
                .map(pod -> pod.getAsJsonArray("containers").get(0).getAsJsonObject())
                .filter(container -> container.has("readinessProbe"))
                .filter(container -> container.get("readinessProbe").toString().contains("live"))
                .map(container -> container.get("name").getAsString()))
        .containsExactly("operate");
  }

  private static Map<String, String> texts(JsonObject object) {
    Map<String, String> texts = new HashMap<>();
    object.entrySet().forEach(each -> texts.put(each.getKey(), each.getValue().getAsString()));
    return texts;
  }

  private static TemplateCommand chart(String values) {
    return new Helm(CHART)
        .template()
        .withName("pictures")
        .withValuesFile(Path.of("src/test/resources/helm", values + ".yaml").toAbsolutePath());
  }

  private static List<JsonObject> rendered(String text) {
    List<JsonObject> objects = new ArrayList<>();
    Gson gson = new Gson();
    for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(text)) {
      if (document != null) {
        objects.add(gson.toJsonTree(document).getAsJsonObject());
      }
    }
    return objects;
  }

  private static List<JsonObject> pods(List<JsonObject> objects) {
    return objects.stream()
        .map(object -> object.getAsJsonObject("spec"))
        .filter(spec -> spec != null && spec.has("template"))
        .map(spec -> spec.getAsJsonObject("template").getAsJsonObject("spec"))
        .toList();
  }

  /** Asserts what holds of each pod: nothing as root, nothing written to its image. */
  private static void walls(JsonObject pod) {
    assertThat(pod.getAsJsonObject("securityContext").get("runAsNonRoot").getAsBoolean()).isTrue();
    assertThat(pod.get("automountServiceAccountToken").getAsBoolean()).isFalse();
    JsonArray containers = pod.getAsJsonArray("containers").deepCopy();
    if (pod.has("initContainers")) {
      containers.addAll(pod.getAsJsonArray("initContainers"));
    }
    for (JsonElement container : containers) {
      JsonObject security = container.getAsJsonObject().getAsJsonObject("securityContext");
      assertThat(security.get("readOnlyRootFilesystem").getAsBoolean()).isTrue();
      assertThat(security.get("allowPrivilegeEscalation").getAsBoolean()).isFalse();
      assertThat(security.getAsJsonObject("capabilities").get("drop").toString())
          .isEqualTo("[\"ALL\"]");
    }
  }

  /** Parses a container's arguments as its image's program does; returns the command's words. */
  private static String parsed(JsonObject container) {
    String image = container.get("image").getAsString().replaceAll("^.*/|:.*$", "");
    List<String> words = new ArrayList<>(image.equals("pairstream") ? List.of() : List.of(image));
    JsonArray arguments = container.getAsJsonArray("args");
    arguments.forEach(argument -> words.add(argument.getAsString()));
    Main.commandLine("").parseArgs(words.toArray(String[]::new));
    return String.join(" ", words.subList(0, words.get(0).equals("topics") ? 2 : 1));
  }

  private static void readUser(JsonElement object) {
    JsonObject spec = object.getAsJsonObject().getAsJsonObject("spec");
    assertThat(spec.keySet()).containsExactlyInAnyOrder("authentication", "authorization");
    assertThat(spec.getAsJsonObject("authorization").keySet()).containsOnly("type", "acls");
    for (JsonElement acl : spec.getAsJsonObject("authorization").getAsJsonArray("acls")) {
      assertThat(acl.toString()).matches(ACL);
    }
  }

  private static void readTopic(JsonElement object) {
    assertThat(object.getAsJsonObject().get("metadata").toString())
        .contains("\"strimzi.io/cluster\":\"museum\"", "\"helm.sh/resource-policy\":\"keep\"");
    assertThat(object.getAsJsonObject().getAsJsonObject("spec").keySet())
        .containsExactlyInAnyOrder("topicName", "partitions", "replicas", "config");
  }

  private static void readMonitor(JsonElement object) {
    JsonObject spec = object.getAsJsonObject().getAsJsonObject("spec");
    assertThat(spec.keySet()).containsExactlyInAnyOrder("selector", "endpoints");
    assertThat(spec.getAsJsonArray("endpoints").get(0).getAsJsonObject().keySet())
        .isSubsetOf(
            "port", "path", "interval", "honorLabels", "authorization", "scheme", "tlsConfig");
  }

  private static void readRules(JsonElement object) throws IOException {
    String rules = Files.readString(PROJECT.resolve("deploy/prometheus/pairstream.rules.yml"));

    assertThat(object.getAsJsonObject().get("spec")).isEqualTo(rendered(rules).get(0));
    assertThat(Stream.of("groups")).containsAll(rendered(rules).get(0).keySet());
  }

  /** Refuses what is no such object: a field that there is not, a wrong type. */
  private interface Reader {
    void read(JsonElement object) throws IOException;
  }
}
