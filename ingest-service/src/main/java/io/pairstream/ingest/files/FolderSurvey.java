package io.pairstream.ingest.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a folder holds, by the names of its files, hidden ones left out.
 *
 * @param images images of types that are supported
 * @param captioned those of them with a file of captions beside them
 * @param unsupported how many pictures there are of each extension that is not supported
 * @param lists names of files in the folder itself that a person may have meant as the list
 */
record FolderSurvey(
    long images, long captioned, Map<String, Long> unsupported, List<String> lists) {

  private static final Set<String> LISTS = Set.of("csv", "tsv", "jsonl", "parquet");

  static FolderSurvey of(Path folder) throws IOException {
    long images = 0;
    long captioned = 0;
    Map<String, Long> unsupported = new TreeMap<>();
    List<String> lists = new ArrayList<>();
    SortedFiles files = new SortedFiles(folder);
    while (files.hasNext()) {
      Path file = files.next();
      String name = file.getFileName().toString();
      String extension = ImageFileType.extension(name);
      if (ImageFileType.mediaType(name).isPresent()) {
        images++;
        captioned += Files.isRegularFile(ImageFileType.captionsBeside(file)) ? 1 : 0;
      } else if (ImageFileType.UNSUPPORTED.contains(extension)) {
        unsupported.merge(extension, 1L, Long::sum);
      } else if (folder.equals(file.getParent()) && LISTS.contains(extension)) {
        lists.add(name);
      }
    }
    return new FolderSurvey(images, captioned, unsupported, lists);
  }

  /** Such as {@code 3 .heic, 1 .tiff, of types that are not supported}; empty where none is. */
  String unsupportedInWords(String before) {
    return unsupported.isEmpty()
        ? ""
        : unsupported.entrySet().stream()
            .map(type -> type.getValue() + " ." + type.getKey())
            .collect(Collectors.joining(", ", before, ", of types that are not supported"));
  }

  /** What is left aside where images have their captions beside them. */
  List<String> notices() {
    return unsupported.isEmpty() ? List.of() : List.of(unsupportedInWords("left aside: "));
  }

  /** What is left aside where the first of the lists is read. */
  List<String> noticesBeside(List<String> found) {
    List<String> aside = new ArrayList<>(found.subList(1, found.size()));
    if (captioned > 0) {
      aside.add("the .txt files beside images");
    }
    return aside.isEmpty()
        ? List.of()
        : List.of(
            "captions are taken from %s; left aside: %s"
                .formatted(found.get(0), String.join(", ", aside)));
  }
}
