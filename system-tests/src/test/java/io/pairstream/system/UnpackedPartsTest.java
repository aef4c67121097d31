package io.pairstream.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Jars of the archive, opened, beside the lists of what others they contain. */
class UnpackedPartsTest {

  private static final Path PROJECT = Path.of(System.getProperty("pairstream.project.dir"));
  private static final Path LIST = PROJECT.resolve(".ci/unpacked.cdx.json");
  private static final Path LICENCES =
      PROJECT.resolve("command/src/main/resources/META-INF/licences");

  /** Folders into which others are moved; a jar in a jar. */
  private static final Pattern RELOCATED =
      Pattern.compile(
          "(META-INF/versions/\\d+/)?(.*/)?"
              + "((shaded|shadow|repackaged|relocated|thirdparty|vendor)/.*\\.class|[^/]*\\.jar)");

  private static final Pattern LICENCE =
      Pattern.compile("(?i)(.*/)?[^/]*(licen[cs]e|copying)[^/]*(?<!\\.class)");

  private static List<Part> parts;
  private static Map<String, Jar> jars;

  /** A jar's entries, and the versions that parts state in it, by artifact. */
  private record Jar(boolean isOurs, Set<String> entries, Map<String, String> versions) {

    static Jar of(Path file) throws IOException {
      try (ZipFile zip = new ZipFile(file.toFile())) {
        Set<String> entries = zip.stream().map(ZipEntry::getName).collect(Collectors.toSet());
        Map<String, String> versions = new TreeMap<>();
        for (String entry : entries) {
          if (entry.matches("META-INF/maven/.*/pom.properties")) {
            Properties pom = new Properties();
            try (InputStream in = zip.getInputStream(zip.getEntry(entry))) {
              pom.load(in);
            }
            versions.put(pom.getProperty("artifactId"), pom.getProperty("version"));
          }
        }
        boolean isOurs =
            entries.stream()
                .anyMatch(
                    entry ->
                        entry.startsWith("io/pairstream/")
                            || entry.startsWith("META-INF/maven/io.pairstream/"));
        return new Jar(isOurs, entries, versions);
      }
    }

    /** Classes and jars of others; in our jars, all that is not ours. */
    List<String> ofOthers() {
      return entries.stream()
          .filter(
              entry ->
                  RELOCATED.matcher(entry).matches()
                      || (isOurs
                          && entry.endsWith(".class")
                          && !entry.matches(
                              "(io/pairstream|org/bytedeco/(dnnl|openvino)/presets)/.*")))
          .map(entry -> entry.replaceFirst("^META-INF/versions/\\d+/", ""))
          .toList();
    }
  }

  private record Part(String name, String version, String jar, List<String> packages) {

    static Part of(JsonNode component) {
      Map<String, List<String>> properties =
          StreamSupport.stream(component.path("properties").spliterator(), false)
              .collect(
                  Collectors.groupingBy(
                      each -> each.path("name").asText(),
                      Collectors.mapping(
                          each -> each.path("value").asText(), Collectors.toList())));
      return new Part(
          component.path("name").asText(),
          component.path("version").asText(),
          properties.get("pairstream:jar").get(0),
          properties.get("pairstream:package"));
    }

    boolean has(String entry) {
      return packages.stream().anyMatch(folder -> entry.startsWith(folder + "/"));
    }
  }

  @BeforeAll
  static void open() throws IOException {
    parts = new ArrayList<>();
    new JsonMapper()
        .readTree(LIST.toFile())
        .path("components")
        .forEach(component -> parts.add(Part.of(component)));
    jars = new TreeMap<>();
    for (String folder : List.of("lib", "decoder")) {
      try (Stream<Path> files = Files.list(PROJECT.resolve("command/target/app/" + folder))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".jar")).toList()) {
          jars.merge(artifact(file), Jar.of(file), UnpackedPartsTest::both);
        }
      }
    }
  }

  /** A jar of Java together with the one that has its native libraries. */
  private static Jar both(Jar one, Jar other) {
    Set<String> entries = new TreeSet<>(one.entries());
    entries.addAll(other.entries());
    return new Jar(one.isOurs() || other.isOurs(), entries, one.versions());
  }

  private static String artifact(Path jar) {
    Matcher name =
        Pattern.compile("(.*?)(-\\d.*|-(linux|macosx|windows)-.*)?\\.jar")
            .matcher(jar.getFileName().toString());
    assertThat(name.matches()).isTrue();
    return name.group(1);
  }

  @Test
  void whatIsRelocatedOrUnpackedIsListedForItsJarAndNothingElseIs() {
    Set<String> unlisted = new TreeSet<>();
    jars.forEach(
        (jar, content) ->
            content.ofOthers().stream()
                .filter(
                    entry ->
                        parts.stream().noneMatch(part -> part.jar().equals(jar) && part.has(entry)))
                .forEach(entry -> unlisted.add(jar + ": " + entry.replaceFirst("/[^/]*$", ""))));

    assertThat(unlisted).isEmpty();
    assertThat(parts)
        .allMatch(part -> jars.containsKey(part.jar()))
        .allMatch(part -> jars.get(part.jar()).entries().stream().anyMatch(part::has));
  }

  @Test
  void partsHaveTheVersionsThatTheirJarsState() {
    jars.forEach(
        (jar, content) -> {
          Map<String, String> stated = new TreeMap<>(content.versions());
          stated.remove(jar);
          assertThat(parts.stream().filter(part -> part.jar().equals(jar)).toList())
              .as(jar)
              .extracting(Part::name)
              .containsAll(stated.keySet());
          assertThat(parts)
              .filteredOn(part -> part.jar().equals(jar) && stated.containsKey(part.name()))
              .allMatch(part -> part.version().equals(stated.get(part.name())));
        });
  }

  @Test
  void jarsWithoutALicencesTextAreNamedBesideTheText() throws IOException {
    String notices = Files.readString(LICENCES.resolve("NOTICES.txt"));
    Map<String, String> named =
        Pattern.compile("(?m)^([\\w.-]+) +(Apache-2\\.0|MIT|BSD-[23]-Clause|L?GPL-[\\d.]+)( .*)?$")
            .matcher(notices)
            .results()
            .collect(Collectors.toMap(line -> line.group(1), line -> line.group(2)));
    Set<String> bare = new TreeSet<>();
    jars.forEach(
        (jar, content) -> {
          if (!content.isOurs()
              && content.entries().stream().noneMatch(LICENCE.asMatchPredicate())) {
            bare.add(jar);
          }
        });

    assertThat(named.keySet()).containsAll(bare);
    assertThat(jars.keySet()).containsAll(named.keySet());
    for (String licence : named.values()) {
      assertThat(
              Files.exists(LICENCES.resolve(licence + ".txt"))
                  || notices.contains("\n" + licence.replaceFirst("BSD-3-.*", "BSD-2-Clause")))
          .as(licence)
          .isTrue();
    }
    List<String> notOfThisJar =
        Pattern.compile("(?m)^.* in ([\\w-]+) {2,}\\S+")
            .matcher(notices)
            .results()
            .map((MatchResult line) -> line.group(1))
            .filter(jar -> !jars.containsKey(jar))
            .toList();
    assertThat(notOfThisJar).isEmpty();
  }
}
