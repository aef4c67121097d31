package io.pairstream.feed.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/** The file of a view, as order.md describes it, and of less than 2 GiB. */
public final class ViewFile {

  private static final int FORMAT = 2;
  private static final byte[] MAGIC = "PSVIEW2\n".getBytes(StandardCharsets.US_ASCII);

  private static final long FACTS_BYTES = 6;

  private static final int HEAD = MAGIC.length + Integer.BYTES;

  /** Reads files of later versions, too: unknown fields are ignored. */
  public static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** Beginning of a file, with the number of blocks and that of the runs of all blocks. */
  private record Header(
      int format,
      String topic,
      String topicId,
      String cutAt,
      String fingerprint,
      long samples,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> where,
      int blocks,
      long runs) {

    static String of(View view, long runs) {
      return JSON.valueToTree(
              new Header(
                  FORMAT,
                  view.topic(),
                  view.topicId(),
                  view.cutAt().toString(),
                  view.fingerprint(),
                  view.samples(),
                  view.where(),
                  view.blocks().size(),
                  runs))
          .toString();
    }

    View view(List<Block> own) {
      View view =
          new View(
              String.valueOf(topic),
              String.valueOf(topicId),
              Instant.parse(String.valueOf(cutAt)),
              where == null ? List.of() : where,
              own);
      if (!view.fingerprint().equals(fingerprint)) {
        throw new InvalidViewException(
            "the view's blocks are not those of its fingerprint: it was changed after it was cut");
      }
      return view;
    }
  }

  private ViewFile() {}

  /** Writes a view to a file that is not there yet. */
  public static void write(View view, Path file) throws IOException {
    int blocks = view.blocks().size();
    long runs = view.blocks().stream().mapToLong(block -> block.runs().size()).sum();
    byte[] header = Header.of(view, runs).getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[Math.toIntExact(arraysAt(header.length) + bytes(blocks, runs))];
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    content.put(MAGIC).putInt(header.length).put(header);
    put(view.blocks(), content.position(arraysAt(header.length)));
    Files.write(file, bytes, StandardOpenOption.CREATE_NEW);
  }

  /**
   * Reads a view.
   *
   * @throws InvalidViewException where the file holds something else, or has been changed since
   */
  public static View read(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    if (!Arrays.equals(Arrays.copyOf(content, MAGIC.length), MAGIC)) {
      throw new InvalidViewException("no view: right is a file that pairstream view cut has made");
    }
    try {
      ByteBuffer in = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
      int length = in.getInt(MAGIC.length);
      int end = HEAD + Math.max(0, Math.min(length, content.length - HEAD));
      String text = new String(content, HEAD, end - HEAD, StandardCharsets.UTF_8);
      Header header = JSON.readValue(text, Header.class);
      int count = header.blocks();
      if (count < 0 || header.runs() < 0 || header.runs() > content.length) {
        throw new InvalidViewException(
            "no view: its header has %d blocks and %d runs".formatted(count, header.runs()));
      }
      int at = arraysAt(end - HEAD);
      long whole = at + bytes(count, header.runs());
      // Behind the blocks there may be what the index knows of each sample, for the Python package.
      if (whole != content.length && whole + FACTS_BYTES * header.samples() != content.length) {
        throw new InvalidViewException(
            "the file has %d bytes, and %d blocks with %d runs take %d: it was cut off or changed"
                .formatted(content.length, count, header.runs(), whole));
      }
      List<Block> blocks = blocks(in.position(at).slice().order(ByteOrder.LITTLE_ENDIAN), count);
      View view = header.view(blocks);
      ByteBuffer again =
          ByteBuffer.allocate(Math.toIntExact(whole - at)).order(ByteOrder.LITTLE_ENDIAN);
      put(blocks, again);
      if (!again.rewind().equals(in.limit((int) whole)) || view.samples() != header.samples()) {
        throw new InvalidViewException("the file was changed");
      }
      return view;
    } catch (IndexOutOfBoundsException | BufferOverflowException | IllegalArgumentException e) {
      // A position behind the end is an argument that cannot be.
      throw new InvalidViewException("the file was cut off or changed");
    } catch (DateTimeParseException e) {
      throw new InvalidViewException("cut_at is no time in UTC: " + e.getParsedString());
    } catch (JsonProcessingException e) {
      throw new InvalidViewException("no view: " + e.getOriginalMessage());
    }
  }

  private static int arraysAt(int headerBytes) {
    return (HEAD + headerBytes + 63) / 64 * 64;
  }

  private static long bytes(int blocks, long runs) {
    return Long.BYTES * (4L * blocks + 2) + Integer.BYTES * (blocks + runs);
  }

  private static void put(List<Block> blocks, ByteBuffer arrays) {
    blocks.forEach(block -> arrays.putLong(block.begin()));
    blocks.forEach(block -> arrays.putLong(block.bytes()));
    putSums(blocks, block -> block.runs().size(), arrays);
    putSums(blocks, Block::size, arrays);
    blocks.forEach(block -> arrays.putInt(block.partition()));
    blocks.forEach(block -> block.runs().forEach(arrays::putInt));
  }

  /** Writes the sums over the blocks before each block and, at the end, over all. */
  private static void putSums(List<Block> blocks, ToIntFunction<Block> of, ByteBuffer arrays) {
    long sum = 0;
    arrays.putLong(sum);
    for (Block block : blocks) {
      sum += of.applyAsInt(block);
      arrays.putLong(sum);
    }
  }

  private static List<Block> blocks(ByteBuffer arrays, int count) {
    List<Block> blocks = new ArrayList<>(count);
    int partitions = (int) bytes(count, -count);
    int run = partitions + Integer.BYTES * count;
    for (int i = 0; i < count; i++) {
      List<Integer> runs = new ArrayList<>();
      int sum = Long.BYTES * (2 * count + i);
      for (long of = arrays.getLong(sum); of < arrays.getLong(sum + Long.BYTES); of++) {
        runs.add(arrays.getInt(run));
        run += Integer.BYTES;
      }
      blocks.add(
          new Block(
              arrays.getInt(partitions + Integer.BYTES * i),
              arrays.getLong(Long.BYTES * i),
              arrays.getLong(Long.BYTES * (count + i)),
              runs));
    }
    return blocks;
  }
}
