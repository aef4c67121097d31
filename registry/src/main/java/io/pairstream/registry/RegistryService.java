package io.pairstream.registry;

import io.pairstream.registry.SchemaLog.SchemaVersion;
import io.pairstream.schemas.Sha256;
import io.pairstream.schemas.Threads;
import io.pairstream.schemas.wire.SchemaBounds;
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
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
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
 * and one way to write: a new version, for callers with the {@link RegistryCredential}. What was
 * registered is never changed or deleted, and every subject is {@value #COMPATIBILITY}.
 */
public final class RegistryService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RegistryService.class);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** How often the topic is looked at, in case it was deleted. */
  private static final Duration LOOK = Duration.ofSeconds(2);

  private static final String COMPATIBILITY = "FULL_TRANSITIVE";

  static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final Set<String> MEDIA_TYPES =
      Set.of(MEDIA_TYPE, "application/vnd.schemaregistry+json", Json.MEDIA_TYPE);
  private static final int MAX_BODY_BYTES = SchemaBounds.MOST_CHARACTERS;
  private static final long BODY_BYTES_IN_FLIGHT = 32L * MAX_BODY_BYTES;

  private static final SchemaValidator VALIDATOR =
      new SchemaValidatorBuilder().mutualReadStrategy().validateAll();

  private final SchemaLog log;
  private final RegistryCredential credential;
  private final WebServer server;
  private final ScheduledExecutorService looks = Threads.scheduler("schemas");

  private RegistryService(SchemaLog log, RegistryCredential credential, ServerSettings settings) {
    this.log = log;
    this.credential = credential;
    List<Route> routes = new ArrayList<>(Route.health(List.of(), Optional::empty));
    routes.addAll(routes());
    this.server =
        new WebServer(
            settings.withBodies(BODY_BYTES_IN_FLIGHT),
            new Router(routes),
            Authenticator.NONE,
            Quota.UNLIMITED,
            settings.isLocal());
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
        get("/subjects", (known, request) -> subjects(known)),
        get("/subjects/{subject}/versions", RegistryService::versions),
        get(
            "/subjects/{subject}/versions/{version}",
            (known, request) -> json(version(known, request))),
        get("/schemas/ids/{id}", RegistryService::byId),
        get("/config", (known, request) -> fixed("compatibilityLevel", COMPATIBILITY)),
        get("/config/{subject}", (known, request) -> fixed("compatibilityLevel", COMPATIBILITY)),
        post("/subjects/{subject}", this::lookUp),
        post("/subjects/{subject}/versions", this::register));
  }

  private Route get(String path, BiFunction<List<SchemaVersion>, Incoming, Answer> reading) {
    return Route.get(
        path,
        Access.OPEN,
        handler((request, body) -> known(versions -> reading.apply(versions, request))));
  }

  private Route post(String path, BiFunction<Incoming, Asked, CompletionStage<Answer>> asking) {
    return Route.post(
        path,
        Access.OPEN,
        MEDIA_TYPES,
        MAX_BODY_BYTES,
        handler((request, body) -> asking.apply(request, Asked.in(body))));
  }

  private static Handler.Whole handler(
      BiFunction<Incoming, byte[], CompletionStage<Answer>> answering) {
    return (request, body) ->
        CompletableFuture.completedStage(body)
            .thenCompose(bytes -> answering.apply(request, bytes))
            .exceptionally(RegistryService::refused);
  }

  private static Answer refused(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof KafkaException) {
      return new Refusal(50001, "Kafka does not answer: " + cause.getMessage()).answer();
    }
    if (cause instanceof Refusal refusal) {
      return refusal.answer();
    }
    throw new CompletionException(cause);
  }

  /**
   * The answer by what is known, or where that says that something is missing, by what there is.
   */
  private CompletionStage<Answer> known(Function<List<SchemaVersion>, Answer> answering) {
    try {
      return CompletableFuture.completedFuture(answering.apply(log.all()));
    } catch (Refusal e) {
      return e.isMissing()
          ? log.allLater(looks).thenApply(answering)
          : CompletableFuture.completedFuture(e.answer());
    }
  }

  private static Answer subjects(List<SchemaVersion> known) {
    return json(known.stream().map(SchemaVersion::subject).distinct().sorted().toList());
  }

  private static Answer versions(List<SchemaVersion> known, Incoming request) {
    return json(of(known, request).stream().map(SchemaVersion::version).toList());
  }

  private static SchemaVersion version(List<SchemaVersion> known, Incoming request) {
    List<SchemaVersion> versions = of(known, request);
    String asked = request.parameter("version");
    if (asked.equals("latest") || asked.equals("-1")) {
      return versions.get(versions.size() - 1);
    }
    return versions.stream()
        .filter(version -> String.valueOf(version.version()).equals(asked))
        .findFirst()
        .orElseThrow(() -> new Refusal(40402, "there is no version " + asked));
  }

  private static Answer byId(List<SchemaVersion> known, Incoming request) {
    String id = request.parameter("id");
    return known.stream()
        .filter(version -> String.valueOf(version.id()).equals(id))
        .findFirst()
        .map(version -> fixed("schema", version.schema()))
        .orElseThrow(() -> new Refusal(40403, "there is no schema " + id));
  }

  /** Versions of the request's subject, at least one. */
  private static List<SchemaVersion> of(List<SchemaVersion> known, Incoming request) {
    String subject = request.parameter("subject");
    List<SchemaVersion> found = in(known, subject);
    if (found.isEmpty()) {
      throw new Refusal(40401, "there is no subject " + subject);
    }
    return found;
  }

  private CompletionStage<Answer> lookUp(Incoming request, Asked asked) {
    return known(
        known -> {
          Optional<SchemaVersion> held = asked.in(in(known, request.parameter("subject")));
          if (held.isEmpty() && !of(known, request).isEmpty()) {
            throw new Refusal(40403, "the subject does not hold this schema");
          }
          return json(held.get());
        });
  }

  /** Answers with the id of a schema; one that is not registered yet takes the credential. */
  private CompletionStage<Answer> register(Incoming request, Asked asked) {
    String subject = request.parameter("subject");
    Optional<SchemaVersion> held = asked.in(in(log.all(), subject));
    if (held.isPresent()) {
      return CompletableFuture.completedFuture(json(Map.of("id", held.get().id())));
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
      SchemaBounds.requireBounded(asked.schema());
    } catch (IllegalArgumentException e) {
      throw new Refusal(42201, e.getMessage());
    }
    return CompletableFuture.supplyAsync(
        () -> json(Map.of("id", log.append(known -> next(known, subject, asked)).id())), looks);
  }

  private static SchemaVersion next(List<SchemaVersion> known, String subject, Asked asked) {
    Optional<SchemaVersion> held = asked.in(in(known, subject));
    if (held.isPresent()) {
      return held.get();
    }
    Schema schema = asked.schema();
    List<Schema> earlier =
        in(known, subject).stream().map(version -> Asked.parse(version.schema())).toList();
    try {
      VALIDATOR.validate(schema, earlier);
    } catch (SchemaValidationException e) {
      throw new Refusal(
          409, "the schema is not compatible with an earlier version: " + e.getMessage());
    } catch (StackOverflowError e) {
      throw new Refusal(42201, "no value has this schema: a record in it holds itself without end");
    }
    int id = asked.in(known).map(SchemaVersion::id).orElseGet(() -> idOf(schema));
    if (known.stream().anyMatch(o -> o.id() == id && !o.schema().equals(schema.toString()))) {
      throw new Refusal(
          42201, "the id of this text, " + id + ", is another schema's: change a doc in it");
    }
    int version = in(known, subject).stream().mapToInt(SchemaVersion::version).max().orElse(0) + 1;
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

  private static List<SchemaVersion> in(List<SchemaVersion> versions, String subject) {
    return versions.stream().filter(version -> version.subject().equals(subject)).toList();
  }

  private static Answer fixed(String name, String value) {
    return json(Map.of(name, value));
  }

  private static Answer json(Object json) {
    return Answer.of(200, MEDIA_TYPE, Json.bytes(json));
  }
}
