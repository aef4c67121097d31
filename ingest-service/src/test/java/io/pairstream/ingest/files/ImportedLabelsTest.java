package io.pairstream.ingest.files;

import static io.pairstream.ingest.files.ItemsRead.lines;
import static io.pairstream.ingest.files.ItemsRead.pairs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pairstream.schemas.RawPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Labels as each format has them. */
class ImportedLabelsTest extends SourceFolder {

  @BeforeEach
  void copyImages() throws IOException {
    for (int n = 0; n < 3; n++) {
      Files.copy(Fixtures.fixture("image-%d.png".formatted(n)), folder.resolve(n + ".png"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "l.csv # file,caption,labels\\n0.png,one,dog| traffic light |dog\\n1.png,two,",
        "l.tsv # file\\tcaption\\tlabel\\n0.png\\tone\\tdog|traffic light\\n1.png\\ttwo\\t|",
        "l.jsonl # {\"file\":\"0.png\",\"caption\":\"one\",\"labels\":[\"dog\",\"traffic light\"]}\\n"
            + "{\"file\":\"1.png\",\"caption\":\"two\",\"labels\":[]}",
        "s.jsonl # {\"file\":\"0.png\",\"caption\":\"one\",\"labels\":\"dog|traffic light\"}\\n"
            + "{\"file\":\"1.png\",\"caption\":\"two\",\"labels\":null}",
      })
  void aListHasThemInACellOrInAnArray(String name, String content) throws IOException {
    Path list = write(name, content.replace("\\n", "\n").replace("\\t", "\t"));

    assertThat(labels(read(list))).containsExactly(List.of("dog", "traffic light"), List.of());
    assertThat(pairs(read(list))).allMatch(pair -> pair.getAnnotations().isEmpty());
  }

  @Test
  void parquetHasAListOfItemsThatMayHoldSeveralAndANumber() {
    assertThat(labels(read(Fixtures.fixture("labels.parquet"))))
        .containsExactly(List.of("dog", "cat", "kitten", "7"), List.of("8"), List.of());
  }

  @Test
  void webDatasetHasAClassANumberOrATextAndLabelsInItsJson() throws IOException {
    Tar tar = new Tar();
    for (int n = 0; n < 3; n++) {
      tar.file(n + ".png", Files.readAllBytes(folder.resolve(n + ".png")))
          .file(n + ".txt", "a caption")
          .file(n + ".json", "{\"labels\":[\"dog\",\"cat|kitten\",12]}")
          .file(n + ".cls", List.of("7\n", "dog", "").get(n));
    }
    Path shard = write("shard.tar", tar.bytes());

    assertThat(labels(read(shard)))
        .containsExactly(
            List.of("7", "dog", "cat", "kitten", "12"),
            List.of("dog", "cat", "kitten", "12"),
            List.of("dog", "cat", "kitten", "12"));
  }

  @Test
  void cocosCategoriesAreTheLabelsOfAllCaptionsOfTheirImage() throws IOException {
    Path captions =
        write(
            "captions_val.json",
            """
            {"images": [{"id": 1, "file_name": "0.png"}, {"id": 2, "file_name": "1.png"}],
             "annotations": [{"image_id": 1, "caption": "one"}, {"image_id": 2, "caption": "two"},
                             {"image_id": 1.0, "caption": "three"}]}
            """);
    Path instances =
        write(
            "instances_val.json",
            """
            {"info": {"year": 2017},
             "annotations": [
               {"id": 9, "segmentation": [[1.5, 2]], "image_id": 1, "category_id": 18, "bbox": [1]},
               {"image_id": 1, "category_id": 1, "segmentation": {"counts": [1], "size": [2, 2]}},
               {"category_id": 18, "image_id": 1}],
             "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}]}
            """);

    List<List<String>> labels = labels(read(captions, with(instances)));

    assertThat(labels)
        .containsExactly(List.of("dog", "person"), List.of(), List.of("dog", "person"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"images\":[]}|has no 'annotations' and 'categories', as COCO's instances have",
        "[]|has no 'annotations' and 'categories', as COCO's instances have",
        "{\"annotations\":[|is not JSON as COCO's instances are: ",
        "{\"annotations\":[{\"image_id\":1,\"category_id\":5}],\"categories\":[{\"id\":1}]}"
            + "|category_id 5 is not among the categories"
      })
  void whatIsNoFileOfInstancesIsRefused(String json, String why) throws IOException {
    SourceOptions options = with(write("instances.json", json));

    assertThatThrownBy(() -> read(Fixtures.fixture("captions_coco.json"), options))
        .isInstanceOf(UnusableSourceException.class)
        .hasMessageContaining(why);
  }

  @Test
  void instancesGoWithCaptionsOfCocoAlone() throws IOException {
    Path list = write("l.csv", "file,caption\n0.png,one\n");

    assertThatThrownBy(() -> read(list, with(list)))
        .hasMessageStartingWith("--instances goes with COCO's captions, which ")
        .hasMessageEndingWith("l.csv is not");
    assertThatThrownBy(() -> read(folder.resolve("nowhere.csv"), with(list)))
        .isInstanceOf(UnusableSourceException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[[\"dog\"]]", "[null]", "[{}]"})
  void anArrayOfSomethingElseIsRefused(String labels) throws IOException {
    Path list =
        write(
            "l.jsonl", "{\"file\":\"0.png\",\"caption\":\"one\",\"labels\":%s}".formatted(labels));

    assertThat(lines(read(list)))
        .singleElement()
        .asString()
        .contains("'labels' is no array of strings or numbers");
  }

  @Test
  void tooManyAndTooLongOnesCostTheirEntryAlone() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int n = 0; n < 65; n++) {
      many.append(n).append('|');
    }
    Path list =
        write(
            "l.csv",
            "file,caption,labels\n0.png,one,%s\n1.png,two,%s\n2.png,three,cat\n"
                .formatted(many, "x".repeat(201)));

    assertThat(lines(read(list)))
        .containsExactly(
            "l.csv:2! there are 65 labels; a pair has at most 64",
            "l.csv:3! the label '%s…' has 201 bytes; a label has at most 200"
                .formatted("x".repeat(40)),
            "l.csv:4: three");
  }

  @Test
  void aColumnOfAnotherNameCanBeNamed() throws IOException {
    Path list = write("l.csv", "file,caption,species,label\n0.png,one,dog,a\n");
    SourceOptions options =
        Options.with(
            usual ->
                usual.columns = ColumnNames.parse("image=file,caption=caption,labels=species"));

    RawPair pair = pairs(read(list, options)).get(0);

    assertThat(pair.getMetadata().getLabels()).containsExactly("dog");
    assertThat(pair.getAnnotations()).containsEntry("label", "a");
  }

  private static SourceOptions with(Path instances) {
    return Options.with(options -> options.instances = instances);
  }

  private static List<List<String>> labels(List<SourceItem> items) {
    return pairs(items).stream().map(pair -> pair.getMetadata().getLabels()).toList();
  }
}
