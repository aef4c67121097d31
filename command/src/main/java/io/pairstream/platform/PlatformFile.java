package io.pairstream.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code platform.json} in a data directory says: how to reach the platform that runs there.
 *
 * <p>As JSON: {@code bootstrap_servers}, {@code schema_registry}, one key per further address,
 * {@code pid}, {@code started_at} (milliseconds since 1970) and {@code processes}, a list of {@code
 * name}, {@code pid} and {@code started_at}.
 *
 * @param bootstrapServers of the broker, {@code host:port}
 * @param schemaRegistry base address of the registry's Confluent interface
 * @param addresses further addresses by key, such as {@code ingest_url}
 * @param pid of the process that holds the platform together
 * @param startedAt when that process began, in milliseconds since 1970
 * @param processes its children, in the order of their start
 */
public record PlatformFile(
    String bootstrapServers,
    String schemaRegistry,
    Map<String, String> addresses,
    long pid,
    long startedAt,
    List<Child> processes) {

  private static final String NAME = "platform.json";

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * A child process.
   *
   * @param startedAt milliseconds since 1970
   */
  public record Child(String name, long pid, long startedAt) {

    ProcessIdentity identity() {
      return new ProcessIdentity(pid, startedAt);
    }
  }

  public PlatformFile {
    addresses = Map.copyOf(addresses);
    processes = List.copyOf(processes);
  }

  /** The platform that runs in {@code dataDirectory}, or nothing where none does. */
  public static Optional<PlatformFile> read(Path dataDirectory) throws IOException {
    return load(dataDirectory)
        .filter(file -> new ProcessIdentity(file.pid, file.startedAt).find().isPresent());
  }

  /** Why {@link #read} finds nothing in a folder, in words. */
  public static String whyNone(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve(NAME);
    if (Files.notExists(dataDirectory)) {
      return "there is no folder " + dataDirectory;
    } else if (!Files.isDirectory(dataDirectory)) {
      return dataDirectory + " is no folder that can be read";
    } else if (Files.exists(file) && load(dataDirectory).isEmpty()) {
      return file + " cannot be read as a platform's";
    }
    return Files.exists(file) || LocalPlatform.isNewOrOurs(dataDirectory)
        ? "no platform runs in " + dataDirectory
        : dataDirectory + " is no platform's folder: other things are in it";
  }

  /** What the file says, whether or not its platform still runs. */
  static Optional<PlatformFile> load(Path dataDirectory) throws IOException {
    if (!Files.isDirectory(dataDirectory)) {
      return Optional.empty();
    }
    JsonNode json;
    try {
      json = JSON.readTree(Files.readAllBytes(dataDirectory.resolve(NAME)));
    } catch (NoSuchFileException | JsonProcessingException e) {
      return Optional.empty();
    }

    Map<String, String> addresses = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (field.getValue().isTextual()) {
        addresses.put(field.getKey(), field.getValue().textValue());
      }
    }
    String bootstrapServers = addresses.remove("bootstrap_servers");
    String schemaRegistry = addresses.remove("schema_registry");
    if (bootstrapServers == null || schemaRegistry == null) {
      return Optional.empty();
    }

    List<Child> processes = new ArrayList<>();
    for (JsonNode child : json.path("processes")) {
      processes.add(
          new Child(
              child.path("name").asText(),
              child.path("pid").asLong(),
              child.path("started_at").asLong()));
    }
    return Optional.of(
        new PlatformFile(
            bootstrapServers,
            schemaRegistry,
            addresses,
            json.path("pid").asLong(),
            json.path("started_at").asLong(),
            processes));
  }

  /** Puts this in place of what the file said; a reader sees the one or the other, whole. */
  void write(Path dataDirectory) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("bootstrap_servers", bootstrapServers);
    json.put("schema_registry", schemaRegistry);
    new TreeMap<>(addresses).forEach(json::put);
    json.put("pid", pid);
    json.put("started_at", startedAt);
    ArrayNode children = json.putArray("processes");
    for (Child child : processes) {
      children
          .addObject()
          .put("name", child.name())
          .put("pid", child.pid())
          .put("started_at", child.startedAt());
    }

    Path whole = dataDirectory.resolve(NAME + ".new");
    Files.writeString(whole, json.toPrettyString() + "\n");
    Files.move(whole, dataDirectory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }

  static void delete(Path dataDirectory) throws IOException {
    Files.deleteIfExists(dataDirectory.resolve(NAME));
  }
}
