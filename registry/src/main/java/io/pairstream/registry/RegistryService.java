package io.pairstream.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.registry.SchemaLog.SchemaVersion;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.Threads;
import io.pairstream.service.cluster.ClusterAccess;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Authenticator;
import io.pairstream.service.http.Handler;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.ServerSettings;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaValidationException;
import org.apache.avro.SchemaValidator;
import org.apache.avro.SchemaValidatorBuilder;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry that keeps its schemas in Kafka. Thread-safe.
 *
 * <p>Speaks Confluent's registry protocol, as far as clients read schemas and look their ids up,
 * and one way to write: a new version, for whoever has the {@link RegistryCredential}. What was
 * registered is never changed or deleted, and every subject is {@value #COMPATIBILITY}.
 */
public final class RegistryService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RegistryService.class);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** How often the topic is looked at, in case somebody has deleted it. */
  private static final Duration LOOK = Duration.ofSeconds(2);

  private static final String COMPATIBILITY = "FULL_TRANSITIVE";

  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final Set<String> MEDIA_TYPES =
      Set.of(MEDIA_TYPE, "application/vnd.schemaregistry+json", Json.MEDIA_TYPE);
  private static final int MAX_BODY_BYTES = 1024 * 1024;

  private static final SchemaValidator VALIDATOR =
      new SchemaValidatorBuilder().mutualReadStrategy().validateAll();

  private final SchemaLog log;
  private final RegistryCredential credential;
  private final WebServer server;
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(Threads.daemons("schemas"));

  private RegistryService(SchemaLog log, RegistryCredential credential, ServerSettings settings) {
    this.log = log;
    this.credential = credential;
    List<Route> routes = new ArrayList<>(Route.health(List.of()));
    routes.addAll(routes());
    this.server =
        new WebServer(
            settings, new Router(routes), Authenticator.NONE, Quota.UNLIMITED, settings.isLocal());
  }

  /**
   * Waits for Kafka, reads all schemas, and listens.
   *
   * @param credentialFile whose credential registers schemas; made where there is none
   * @throws IOException where the file cannot be used, or the address cannot be listened on
   */
  public static RegistryService start(
      ClusterAccess cluster, ServerSettings settings, Path credentialFile)
      throws IOException, InterruptedException {
    RegistryCredential credential = RegistryCredential.ofFile(credentialFile);
    RegistryService service =
        new RegistryService(openWithLongTimeouts(cluster), credential, settings);
    try {
      service.server.start();
    } catch (IOException e) {
      service.close();
      throw e;
    }
    LOG.info("{} versions of schemas are known", service.log.all().size());
    Threads.repeat(service.looks, LOOK, service::look);
    return service;
  }

  private void look() {
    try {
      log.allNow();
    } catch (InterruptException e) {
      Thread.currentThread().interrupt();
    } catch (KafkaException e) {
      LOG.warn("whether {} holds all schemas is not known: {}", SchemaLog.TOPIC, e.getMessage());
    }
  }

  private static SchemaLog openWithLongTimeouts(ClusterAccess cluster) throws InterruptedException {
    while (true) {
      try {
        return SchemaLog.open(cluster);
      } catch (KafkaException e) {
        LOG.warn("schemas cannot be read yet: {}", e.getMessage());
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
      }
    }
  }

  /** The port that is listened on. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
    looks.shutdownNow();
    log.close();
  }

  private List<Route> routes() {
    return List.of(
        get("/subjects", request -> subjects()),
        get("/subjects/{subject}/versions", this::versions),
        get("/subjects/{subject}/versions/{version}", request -> json(version(request))),
        get("/schemas/ids/{id}", this::byId),
        get("/config", request -> fixed("compatibilityLevel", COMPATIBILITY)),
        get("/config/{subject}", request -> fixed("compatibilityLevel", COMPATIBILITY)),
        post("/subjects/{subject}", this::lookUp),
        post("/subjects/{subject}/versions", this::register));
  }

  /** An answer that tells what is wrong, with Confluent's code for it. */
  private static final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;

    /**
     * @param code its first three digits are the status
     */
    Refusal(int code, String message) {
      super(message);
      this.code = code;
    }

    private record Told(int errorCode, String message) {}

    Answer answer() {
      int status = code > 999 ? code / 100 : code;
      Told told = new Told(code, getMessage());
      return Answer.of(status, MEDIA_TYPE, Json.bytes(told));
    }
  }

  private static Route get(String path, Function<Incoming, Answer> reading) {
    return Route.get(path, Access.OPEN, handler((request, body) -> reading.apply(request)));
  }

  private static Route post(String path, BiFunction<Incoming, Schema, Answer> asking) {
    return Route.post(
        path,
        Access.OPEN,
        MEDIA_TYPES,
        MAX_BODY_BYTES,
        handler((request, body) -> asking.apply(request, schema(body))));
  }

  private static Handler.Whole handler(BiFunction<Incoming, byte[], Answer> answering) {
    return (request, body) -> {
      try {
        return CompletableFuture.completedFuture(answering.apply(request, body));
      } catch (Refusal e) {
        return CompletableFuture.completedFuture(e.answer());
      }
    };
  }

  private Answer subjects() {
    return json(log.all().stream().map(SchemaVersion::subject).distinct().sorted().toList());
  }

  private Answer versions(Incoming request) {
    return json(of(request.parameter("subject")).stream().map(SchemaVersion::version).toList());
  }

  private SchemaVersion version(Incoming request) {
    List<SchemaVersion> versions = of(request.parameter("subject"));
    String asked = request.parameter("version");
    if (asked.equals("latest") || asked.equals("-1")) {
      return versions.get(versions.size() - 1);
    }
    return versions.stream()
        .filter(version -> String.valueOf(version.version()).equals(asked))
        .findFirst()
        .orElseThrow(() -> new Refusal(40402, "there is no version " + asked));
  }

  private Answer byId(Incoming request) {
    String id = request.parameter("id");
    List<SchemaVersion> found =
        some(version -> String.valueOf(version.id()).equals(id), 40403, "there is no schema " + id);
    return fixed("schema", found.get(0).schema());
  }

  private List<SchemaVersion> of(String subject) {
    return some(
        version -> version.subject().equals(subject), 40401, "there is no subject " + subject);
  }

  private List<SchemaVersion> some(Predicate<SchemaVersion> wanted, int code, String otherwise) {
    List<SchemaVersion> found = log.all().stream().filter(wanted).toList();
    if (found.isEmpty()) {
      found = allNow().stream().filter(wanted).toList();
    }
    if (found.isEmpty()) {
      throw new Refusal(code, otherwise);
    }
    return found;
  }

  private List<SchemaVersion> allNow() {
    try {
      return log.allNow();
    } catch (KafkaException e) {
      throw new Refusal(50001, "Kafka does not say which schemas there are: " + e.getMessage());
    }
  }

  private Answer lookUp(Incoming request, Schema schema) {
    String subject = request.parameter("subject");
    return json(
        find(of(subject).stream(), schema)
            .or(() -> find(in(allNow(), subject), schema))
            .orElseThrow(() -> new Refusal(40403, "the subject does not hold this schema")));
  }

  /** Answers with the id of a schema; one that is not registered yet takes the credential. */
  private Answer register(Incoming request, Schema schema) {
    String subject = request.parameter("subject");
    Optional<SchemaVersion> held = find(in(log.all(), subject), schema);
    if (held.isPresent()) {
      return json(Map.of("id", held.get().id()));
    }
    if (!credential.isIn(request)) {
      throw new Refusal(
          403,
          "subject "
              + subject
              + " does not hold this schema, and only pairstream topics create may register one:"
              + " take the schema that the subject has, and set auto.register.schemas=false");
    }
    try {
      SchemaVersion version = log.append(known -> next(known, subject, schema));
      return json(Map.of("id", version.id()));
    } catch (KafkaException e) {
      throw new Refusal(50001, "Kafka does not take the schema: " + e.getMessage());
    }
  }

  private static SchemaVersion next(List<SchemaVersion> known, String subject, Schema schema) {
    Optional<SchemaVersion> held = find(in(known, subject), schema);
    if (held.isPresent()) {
      return held.get();
    }
    List<Schema> earlier =
        in(known, subject).map(version -> new Schema.Parser().parse(version.schema())).toList();
    try {
      VALIDATOR.validate(schema, earlier);
    } catch (SchemaValidationException e) {
      throw new Refusal(
          409, "the schema is not compatible with an earlier version: " + e.getMessage());
    } catch (StackOverflowError e) {
      throw new Refusal(42201, "no value has this schema: a record in it holds itself without end");
    }
    int id = find(known.stream(), schema).map(SchemaVersion::id).orElseGet(() -> idOf(schema));
    if (known.stream().anyMatch(o -> o.id() == id && !o.schema().equals(schema.toString()))) {
      throw new Refusal(
          42201, "the id of this text, " + id + ", is another schema's: change a doc in it");
    }
    int version = in(known, subject).mapToInt(SchemaVersion::version).max().orElse(0) + 1;
    return new SchemaVersion(subject, version, id, schema.toString());
  }

  /**
   * The id that a schema's text has on every registry, so that one which has lost all that it knew
   * gives none of its ids to another schema.
   *
   * @return 2^30 or more: those below were once counted up from 1
   */
  private static int idOf(Schema schema) {
    int digest = ByteBuffer.wrap(Sha256.of(schema.toString())).getInt();
    return (digest & ((1 << 30) - 1)) | (1 << 30);
  }

  private static Stream<SchemaVersion> in(List<SchemaVersion> versions, String subject) {
    return versions.stream().filter(version -> version.subject().equals(subject));
  }

  private static Optional<SchemaVersion> find(Stream<SchemaVersion> versions, Schema schema) {
    String text = schema.toString();
    return versions.filter(version -> version.schema().equals(text)).findFirst();
  }

  private static Schema schema(byte[] body) {
    JsonNode json = parsed(body);
    if (!json.path("schemaType").asText("AVRO").equals("AVRO")
        || !json.path("references").isEmpty()) {
      throw new Refusal(42201, "schemas are Avro here, without references");
    }
    try {
      return new Schema.Parser().parse(json.path("schema").asText());
    } catch (RuntimeException | StackOverflowError e) {
      // Avro has exceptions of its own, and others: for a fixed of 2 GiB, for an unknown order.
      throw new Refusal(42201, "this is no Avro schema: " + e.getMessage());
    }
  }

  private static JsonNode parsed(byte[] body) {
    try {
      return Json.MAPPER.readTree(body);
    } catch (JsonProcessingException e) {
      throw new Refusal(400, "the body is not JSON");
    } catch (IOException e) {
      throw new IllegalStateException("bytes are always there", e);
    }
  }

  private static Answer fixed(String name, String value) {
    return json(Map.of(name, value));
  }

  private static Answer json(Object json) {
    return Answer.of(200, MEDIA_TYPE, Json.bytes(json));
  }
}
