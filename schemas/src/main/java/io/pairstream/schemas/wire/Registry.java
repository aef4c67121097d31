package io.pairstream.schemas.wire;

import io.confluent.kafka.schemaregistry.SchemaProvider;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaUtils;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.pairstream.schemas.Hint;
import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/**
 * A schema registry that speaks Confluent's protocol.
 *
 * <p>Addresses are as Confluent's client takes them: {@code http://host:8081}, several with commas
 * between, or {@code mock://scope} for tests. Thread-safe.
 */
public final class Registry {

  /** Compatibility of every subject: any version reads what any other wrote. */
  public static final String COMPATIBILITY = "FULL_TRANSITIVE";

  private static final int CACHED_SCHEMAS = 1000;

  static {
    AvroSafety.install();
  }

  private final String addresses;
  private final Map<String, String> settings;
  private final SchemaRegistryClient client;

  /**
   * @param addresses comma-separated
   * @param settings the client's own settings, such as {@code basic.auth.user.info}, on top of
   *     short time-outs
   */
  public Registry(String addresses, Map<String, String> settings) {
    this.addresses = addresses;
    Map<String, String> all = new HashMap<>();
    // A registry that hangs must not hold a poll for the client's own default of a minute.
    all.put("http.connect.timeout.ms", "2000");
    all.put("http.read.timeout.ms", "5000");
    all.put("max.retries", "1");
    all.putAll(settings);
    this.settings = Map.copyOf(all);
    this.client = newClient();
  }

  public String addresses() {
    return addresses;
  }

  /** The client, which keeps every schema that it has seen. */
  public SchemaRegistryClient client() {
    return client;
  }

  /**
   * Registers a schema under a subject and makes the subject {@link #COMPATIBILITY}; does nothing
   * where both are so already.
   *
   * @return the schema's id
   * @throws MissingSchemaException where the subject does not hold it, and we may not register it,
   *     or it breaks a version that the subject holds
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public int register(String subject, Schema schema) {
    AvroSchema text = new AvroSchema(withoutJavaProperties(schema));
    try {
      if (!found(() -> client.getCompatibility(subject)).equals(Optional.of(COMPATIBILITY))) {
        client.updateCompatibility(subject, COMPATIBILITY);
      }
      return client.register(subject, text);
    } catch (RestClientException e) {
      if (e.getStatus() == 401 || e.getStatus() == 403) {
        throw new MissingSchemaException(
            ("subject %s does not hold our schema, and the registry at %s does not let us register"
                    + " it: name the platform's --data-dir or --registry-credential, or say"
                    + " schema-registry.basic.auth.* in the file of --config")
                .formatted(subject, addresses),
            e);
      }
      if (e.getStatus() == 409 || e.getErrorCode() == 409) {
        throw new MissingSchemaException(
            "subject " + subject + ": the schema breaks an earlier version: " + e.getMessage(), e);
      }
      throw unavailable(e);
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /**
   * The id of a schema that must be registered already.
   *
   * <p>Asks the registry itself, past every cache. From then on serializers of this registry know
   * the id, and do not ask for it on whichever thread writes the first record.
   *
   * @throws MissingSchemaException where the subject does not hold the schema
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public int idOf(String subject, Schema schema) {
    AvroSchema text = new AvroSchema(withoutJavaProperties(schema));
    return found(
            () -> {
              int id = newClient().getId(subject, text);
              var unused = client.getId(subject, text);
              return id;
            })
        .orElseThrow(
            () ->
                missing(
                    "subject "
                        + subject
                        + " does not hold our schema; run: "
                        + Hint.of("topics create")));
  }

  /**
   * The versions of a subject that came after ours: a newer release's, or another program's. None
   * where the subject does not hold ours.
   *
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public List<Integer> versionsAfter(String subject, Schema schema) {
    SchemaRegistryClient fresh = newClient();
    return found(
            () -> {
              int ours = fresh.getVersion(subject, new AvroSchema(withoutJavaProperties(schema)));
              return fresh.getAllVersions(subject).stream()
                  .filter(version -> version > ours)
                  .toList();
            })
        .orElse(List.of());
  }

  /**
   * Fetches every version of a subject, so that records written with any of them decode from now on
   * without asking again.
   *
   * @throws MissingSchemaException where there is no such subject
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public void remember(String subject) {
    List<Integer> versions =
        found(() -> client.getAllVersions(subject))
            .orElseThrow(
                () ->
                    missing(
                        "there is no subject " + subject + "; run: " + Hint.of("topics create")));
    for (int version : versions) {
      found(
          () ->
              client.getSchemaBySubjectAndId(
                  subject, client.getSchemaMetadata(subject, version).getId()));
    }
  }

  private static MissingSchemaException missing(String message) {
    return new MissingSchemaException(message, null);
  }

  /**
   * The schema with which a record was written; asks the registry only where it has not been seen
   * yet.
   *
   * @throws MissingSchemaException where the registry gives no Avro schema of that id, or one
   *     beyond {@link SchemaBounds}
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public Schema writerSchema(String subject, int schemaId) {
    Object schema;
    try {
      schema = client.getSchemaBySubjectAndId(subject, schemaId).rawSchema();
    } catch (RestClientException e) {
      if (isAboutTheId(e.getStatus())) {
        throw new MissingSchemaException("the registry does not give schema " + schemaId, e);
      }
      throw unavailable(e);
    } catch (IOException | RuntimeException e) {
      if (isOfAnotherKind(e)) {
        throw new MissingSchemaException("schema " + schemaId + " is not Avro", e);
      }
      throw unavailable(e);
    }
    if (schema instanceof Schema avro) {
      return avro;
    }
    throw new MissingSchemaException("schema " + schemaId + " is not Avro", null);
  }

  /**
   * Whether a value names a schema that the registry does not give.
   *
   * @param value in the wire format or not, which then names none
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public boolean isOfUnknownSchema(String subject, byte[] value) {
    OptionalInt id = WireFormat.schemaId(value);
    try {
      id.ifPresent(known -> writerSchema(subject, known));
      return false;
    } catch (MissingSchemaException e) {
      return true;
    }
  }

  /**
   * Whether the registry's refusal is final for the id: the schema does not exist, or only others
   * may read it.
   */
  private static boolean isAboutTheId(int status) {
    return status >= 400 && status < 500 && status != 401 && status != 408 && status != 429;
  }

  /**
   * Which versions a subject takes, by its own rule or else by the registry's; nothing where the
   * registry does not tell.
   *
   * @throws RegistryUnavailableException where the registry does not answer
   */
  public Optional<String> compatibilityOf(String subject) {
    return found(() -> client.getCompatibility(subject))
        .or(() -> found(() -> client.getCompatibility(null)));
  }

  private interface Question<T> {
    T ask() throws IOException, RestClientException;
  }

  /** The answer; empty where the registry has none or does not support the request. */
  private <T> Optional<T> found(Question<T> question) {
    try {
      return Optional.ofNullable(question.ask());
    } catch (UnsupportedOperationException e) {
      return Optional.empty();
    } catch (RestClientException e) {
      if (e.getStatus() == 404 || e.getStatus() == 405) {
        return Optional.empty();
      }
      throw unavailable(e);
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /**
   * Whether the client has received a schema that it cannot parse, such as one in JSON Schema.
   * Several exception types report this, with innermost messages that begin alike.
   */
  private static boolean isOfAnotherKind(Exception exception) {
    return String.valueOf(RootCause.of(exception).getMessage()).startsWith("Invalid schema");
  }

  /** A client with empty caches. */
  SchemaRegistryClient newClient() {
    List<String> each = List.of(addresses.split(","));
    List<SchemaProvider> providers = List.of(new BoundedAvroSchemas());
    if (!each.stream().allMatch(address -> address.startsWith("http://"))
        || settings.keySet().stream().anyMatch(name -> name.startsWith("schema.registry."))) {
      return SchemaRegistryClientFactory.newClient(
          each, CACHED_SCHEMAS, providers, settings, Map.of());
    }
    // By itself the client reads each authority's certificate, which takes longer than all else.
    RestService service = new RestService(each);
    service.configure(settings);
    return new CachedSchemaRegistryClient(service, CACHED_SCHEMAS, providers, Map.of(), Map.of());
  }

  RegistryUnavailableException unavailable(Exception cause) {
    Throwable root = RootCause.of(cause);
    if (root instanceof CertPathBuilderException) {
      return new RegistryUnavailableException(
          ("the certificate of %s is of no authority that is trusted here; the file of --config names"
                  + " the authority's certificate: schema-registry.schema.registry.ssl.truststore.type=PEM"
                  + " and schema-registry.schema.registry.ssl.truststore.location=FILE")
              .formatted(addresses));
    } else if (root instanceof CertificateException) {
      return new RegistryUnavailableException(
          "the certificate of %s is of another host, or not valid: %s; --schema-registry names the host as its certificate does"
              .formatted(addresses, root.getMessage()));
    }
    return new RegistryUnavailableException(
        "the schema registry at " + addresses + " does not answer: " + cause.getMessage(), cause);
  }

  /**
   * The schema as its file says it, which is what other languages should see, by the very code with
   * which the serializer derives the text that it looks up.
   */
  static Schema withoutJavaProperties(Schema schema) {
    return AvroSchemaUtils.getSchema(new GenericData.Record(schema), false, false, true);
  }
}
