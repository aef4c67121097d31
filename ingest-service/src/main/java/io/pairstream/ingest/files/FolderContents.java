package io.pairstream.ingest.files;

import io.pairstream.schemas.Hint;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses the inputs of a folder: the lists in it; else the captions beside its images; else its
 * shards, which also take precedence over images without any caption. Files that are left out are
 * reported.
 */
final class FolderContents {

  /** Names of lists that are known, the first of a folder's is read. */
  static final List<String> LISTS =
      List.of("captions.jsonl", "captions.csv", "captions.tsv", "metadata.jsonl", "metadata.csv");

  private static final Pattern SHARD = Pattern.compile(".*\\.(tar|tgz|parquet)(\\.(gz|zst))?");

  /**
   * Files that img2dataset writes beside a tar: the tar's table, failures included, and its counts.
   */
  private static final Pattern TABLE = Pattern.compile("(.*)(\\.parquet|_stats\\.json)");

  /** Tar and table in an exported set: their numbers are the same, their digests are not. */
  private static final Pattern NUMBERED = Pattern.compile("(\\d{6})-[0-9a-f]{32}\\.(tar|parquet)");

  /** Most files of a kind that are named in advice. */
  private static final int MOST_ADVICE = 3;

  private static final List<String> TARS = List.of(".tar", ".tgz", ".tar.gz", ".tar.zst");

  /** Advice for unsupported kinds of files, by their endings. */
  private static final Map<String, String> ADVICE =
      Map.of(
          "zip", "is packed; unpack it first",
          "7z", "is packed; unpack it first",
          "rar", "is packed; unpack it first",
          "bz2", "is packed; unpack it first",
          "xz", "is packed; unpack it first",
          "arrow",
              "is Arrow, as datasets' save_to_disk writes it; write Parquet:"
                  + " load_from_disk(DIR).to_parquet('all.parquet')",
          "tfrecord", "is TFRecord, which is not read; write Parquet or WebDataset tars",
          "xlsx", "is a spreadsheet; save it as CSV in UTF-8",
          "ods", "is a spreadsheet; save it as CSV in UTF-8");

  private static final Pattern LIKE_A_LIST =
      Pattern.compile(
          ".*\\.(csv|tsv|jsonl|ndjson|json)|.*(caption|result|token|metadata|annotation).*\\.txt");

  private FolderContents() {}

  /** Advice for a file of an unsupported kind, where there is any. */
  static Optional<String> advice(Path file) {
    return Optional.ofNullable(ADVICE.get(name(file).replaceFirst(".*\\.", "")))
        .map(advice -> file.getFileName() + " " + advice);
  }

  /** The list that lies in the folder itself, if any does. */
  static Optional<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> rank(file) >= 0 && !Files.isDirectory(file))
          .min(Comparator.comparing(FolderContents::rank));
    }
  }

  /**
   * The folder itself, or the files in it that are to be read, sorted by name.
   *
   * @param followLinks whether these may be links that lead out of the folder
   * @param notice hears what is left out
   */
  static List<Path> sources(Path folder, boolean followLinks, Consumer<String> notice)
      throws IOException {
    List<Path> files = ImageFiles.below(folder).toList();
    List<Path> known = of(files, file -> rank(file) >= 0);
    List<Path> lists = of(known, list -> known.stream().noneMatch(other -> covers(other, list)));
    List<Path> shards = of(files, FolderContents::isShard);
    List<Path> images = of(files, FolderContents::isImage);
    NearNames names = new NearNames();
    boolean isOfShards =
        images.isEmpty()
            || (!shards.isEmpty()
                && images.stream().allMatch(image -> names.captionsOf(image).isEmpty()));
    List<Path> read = !lists.isEmpty() ? lists : isOfShards ? shards : List.of(folder);
    files.stream().flatMap(file -> advice(file).stream()).limit(MOST_ADVICE).forEach(notice);
    if (read.isEmpty() || read.contains(folder)) {
      sayLists(folder, files, images, notice);
    }
    say(folder, of(known, list -> !lists.contains(list)), read, notice);
    say(folder, read == shards ? List.of() : shards, read, notice);
    say(
        folder,
        of(images, image -> read == shards || lists.stream().noneMatch(l -> isBelow(image, l))),
        lists.isEmpty() && !isOfShards ? List.of() : read,
        notice);
    boolean isOfRootList = lists.size() == 1 && lists.get(0).getParent().equals(folder);
    if (read.isEmpty() || isOfRootList) {
      return List.of(folder);
    }
    ImageFiles within = new ImageFiles(folder, followLinks);
    for (Path file : read) {
      within.requireInside(file);
    }
    return read;
  }

  /** Leaves out tables of tars that are there too, and what counts their files. */
  static Set<Path> withoutTables(Set<Path> found, Consumer<String> notice) {
    Set<Path> kept = new LinkedHashSet<>();
    for (Path file : found) {
      Matcher table = TABLE.matcher(name(file));
      Optional<Path> shard =
          !table.matches()
              ? Optional.empty()
              : Stream.concat(
                      Stream.concat(TARS.stream(), Stream.of(".parquet"))
                          .map(ending -> file.resolveSibling(table.group(1) + ending))
                          .filter(other -> !other.equals(file) && found.contains(other)),
                      found.stream().filter(other -> isTableOf(file, other)))
                  .findFirst();
      if (shard.isEmpty()) {
        kept.add(file);
      } else {
        notice.accept(
            "%s is not read: it says once more what %s holds"
                .formatted(name(file), name(shard.get())));
      }
    }
    return kept;
  }

  private static boolean isTableOf(Path file, Path other) {
    Matcher table = NUMBERED.matcher(name(file));
    Matcher tar = NUMBERED.matcher(name(other));
    return table.matches()
        && tar.matches()
        && tar.group(2).equals("tar")
        && table.group(2).equals("parquet")
        && tar.group(1).equals(table.group(1))
        && Objects.equals(file.getParent(), other.getParent());
  }

  private static void sayLists(
      Path folder, List<Path> files, List<Path> images, Consumer<String> notice) {
    Set<String> stems =
        images.stream()
            .flatMap(image -> Stream.of(NearNames.stem(image.toString()), image.toString()))
            .collect(Collectors.toSet());
    files.stream()
        .filter(file -> LIKE_A_LIST.matcher(name(file)).matches())
        .filter(file -> !stems.contains(NearNames.stem(file.toString())))
        .filter(file -> !TABLE.matcher(name(file)).matches())
        .filter(file -> !ImportState.isIn(file))
        .limit(MOST_ADVICE)
        .forEach(
            file ->
                notice.accept(
                    "%s is not read; if it is the list of the captions: %s import %s%s%s"
                        .formatted(
                            folder.relativize(file),
                            Hint.called(),
                            Hint.quoted(file.toString()),
                            name(file).endsWith(".txt") ? " --format " + kind(file) : "",
                            images.stream()
                                .map(Path::getParent)
                                .map(
                                    of ->
                                        of.equals(file.getParent())
                                            ? ""
                                            : " --images " + Hint.quoted(of.toString()))
                                .findFirst()
                                .orElse(
                                    " (with --images DIR where its names are of files in another"
                                        + " folder)"))));
  }

  /** Format of a list that is called a text: what stands between cells of its first line. */
  private static String kind(Path list) {
    try (InputStream input = new BufferedInputStream(Files.newInputStream(list))) {
      return PairSource.beginning(input).lines().findFirst().orElse("").contains("\t")
          ? "tsv"
          : "csv";
    } catch (IOException e) {
      return "csv";
    }
  }

  private static void say(Path folder, List<Path> left, List<Path> read, Consumer<String> notice) {
    if (!left.isEmpty() && !read.isEmpty()) {
      notice.accept(
          "%s%s not read, but %s; name what else is to be imported"
              .formatted(
                  folder.relativize(left.get(0)),
                  left.size() == 1 ? " is" : " and %,d more are".formatted(left.size() - 1),
                  read.get(0).equals(folder)
                      ? "images with captions beside them"
                      : folder.relativize(read.get(0))));
    }
  }

  private static List<Path> of(List<Path> files, Predicate<Path> wanted) {
    return files.stream().filter(wanted).toList();
  }

  /** Whether a list replaces another: it lies higher up, or has the better known name. */
  private static boolean covers(Path other, Path list) {
    return other.getParent().equals(list.getParent())
        ? rank(other) < rank(list)
        : isBelow(list, other);
  }

  private static boolean isBelow(Path file, Path list) {
    return file.startsWith(list.getParent());
  }

  /** Whether a file is called as the list of a folder is. */
  static boolean isList(String name) {
    return LISTS.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Rank among the names of lists; -1 for other names. */
  private static int rank(Path file) {
    return LISTS.indexOf(name(file));
  }

  static boolean isShard(Path file) {
    return SHARD.matcher(name(file)).matches();
  }

  private static boolean isImage(Path file) {
    return ImageFiles.mediaType(name(file)).isPresent();
  }

  private static String name(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT);
  }
}
