package io.pairstream.feed.record;

import io.pairstream.schemas.wire.Registry;
import io.pairstream.schemas.wire.WireFormat;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Reads prepared pairs in Confluent wire format: once from front to back, in the order of the
 * writer's schema. Fields that a trainer does not need are stepped over; those that the writer does
 * not know have their defaults. Thread-safe.
 */
public final class SampleReader {

  private final Selection selection;
  private final PlanByWriter<Plan> plans;

  /**
   * Reads records of one topic.
   *
   * @param topic full name of the topic, whose subject holds the writers' schemas
   */
  public SampleReader(Registry registry, String topic, Selection selection) {
    this.selection = selection;
    this.plans = new PlanByWriter<>(registry, topic, this::planFor);
  }

  /**
   * How to read one writer's records.
   *
   * @param columns in the writer's order
   * @param shapeColumns how many of them, from the first on, tell the image's shape
   */
  private record Plan(List<Column> columns, int shapeColumns) {}

  /**
   * One field of the writer's schema.
   *
   * @param parts the fields of an item, where the field is an array of records
   */
  private record Column(Wanted wanted, Schema schema, List<Column> parts) {}

  private enum Wanted {
    PAIR_ID("pair_id", Schema.Type.STRING),
    SPLIT("split", Schema.Type.STRING),
    CAPTION("caption", Schema.Type.STRING),
    RENDITIONS("renditions", Schema.Type.RECORD),
    TOKEN_SETS("token_sets", Schema.Type.RECORD),
    NAME("name", Schema.Type.STRING),
    IMAGE("image", Schema.Type.BYTES),
    IMAGE_ENCODING("image_encoding", Schema.Type.STRING),
    WIDTH("width", Schema.Type.INT),
    HEIGHT("height", Schema.Type.INT),
    CHANNELS("channels", Schema.Type.INT),
    COLOUR("colour", Schema.Type.STRING),
    TOKEN_IDS("token_ids", Schema.Type.INT),
    TOKEN_COUNT("token_count", Schema.Type.INT),
    NO("", Schema.Type.NULL);

    private static final Set<Wanted> OF_IMAGE =
        Set.of(IMAGE, IMAGE_ENCODING, WIDTH, HEIGHT, CHANNELS, COLOUR);
    private static final Set<Wanted> OF_TOKENS = Set.of(TOKEN_IDS, TOKEN_COUNT);

    private final String field;

    /** The field's type; of its items, where it is an array. */
    private final Schema.Type type;

    Wanted(String field, Schema.Type type) {
      this.field = field;
      this.type = type;
    }

    private boolean isArray() {
      return this == TOKEN_IDS || this == RENDITIONS || this == TOKEN_SETS;
    }

    private boolean fits(Schema schema) {
      return isArray()
          ? schema.getType() == Schema.Type.ARRAY && schema.getElementType().getType() == type
          : schema.getType() == type;
    }
  }

  /** What has been read of a record so far, or the defaults. */
  private static final class Found {
    private String pairId = "";
    private String split = "";
    private String caption = "";
    private FoundImage image = new FoundImage();
    private FoundTokens tokens = new FoundTokens();
    private boolean hasRendition;
    private boolean hasTokenSet;
  }

  private static final class FoundImage {
    private String name = "";
    private int offset;
    private int length;
    private String encoding = "jpeg";
    private int width;
    private int height;
    private int channels = 3;
    private String colour = "rgb";

    private ImageShape shape() {
      return new ImageShape(height, width, channels);
    }
  }

  private static final class FoundTokens {
    private String name = "";
    private int length;
    private int count;
  }

  /**
   * Reads one record's value.
   *
   * @param tokens takes the token ids from its position on, as far as there is room; its position
   *     does not move
   * @throws MalformedSampleException where the value is not a prepared pair, or has no rendition or
   *     token set of the name that is selected
   * @throws RegistryUnavailableException where the registry cannot be asked for the writer's schema
   */
  public Sample read(byte[] value, IntBuffer tokens) throws MalformedSampleException {
    Found found = read(value, plans.of(value).columns(), tokens);
    requireRendition(found);
    if (!selection.tokenSet().isEmpty() && !found.hasTokenSet) {
      throw new MalformedSampleException("has no token set '" + selection.tokenSet() + "'");
    }
    return new Sample(
        found.pairId,
        found.split,
        found.caption,
        found.image.encoding,
        found.image.offset,
        found.image.length,
        found.image.shape(),
        found.image.colour,
        found.tokens.length,
        found.tokens.count);
  }

  /**
   * Reads the image's shape, and nothing behind it.
   *
   * @throws MalformedSampleException as {@link #read}
   */
  public ImageShape readShape(byte[] value) throws MalformedSampleException {
    Plan plan = plans.of(value);
    Found found =
        read(value, plan.columns().subList(0, plan.shapeColumns()), IntBuffer.allocate(0));
    requireRendition(found);
    return found.image.shape();
  }

  private void requireRendition(Found found) throws MalformedSampleException {
    if (!selection.rendition().isEmpty() && !found.hasRendition) {
      throw new MalformedSampleException("has no rendition '" + selection.rendition() + "'");
    }
  }

  private Found read(byte[] value, List<Column> columns, IntBuffer tokens)
      throws MalformedSampleException {
    AvroCursor at = new AvroCursor(value, WireFormat.PREFIX_BYTES);
    Found found = new Found();
    for (Column column : columns) {
      switch (column.wanted()) {
        case PAIR_ID -> found.pairId = at.readString();
        case SPLIT -> found.split = at.readString();
        case CAPTION -> found.caption = at.readString();
        case RENDITIONS -> readRenditions(at, column.parts(), found);
        case TOKEN_SETS -> readTokenSets(at, column.parts(), found, value, tokens);
        case TOKEN_IDS -> found.tokens.length = readTokens(at, tokens);
        case TOKEN_COUNT -> found.tokens.count = at.readInt();
        default -> readImage(at, column, found.image);
      }
    }
    return found;
  }

  private static void readImage(AvroCursor at, Column column, FoundImage image)
      throws MalformedSampleException {
    switch (column.wanted()) {
      case NAME -> image.name = at.readString();
      case IMAGE_ENCODING -> image.encoding = at.readString();
      case WIDTH -> image.width = at.readInt();
      case HEIGHT -> image.height = at.readInt();
      case CHANNELS -> image.channels = at.readInt();
      case COLOUR -> image.colour = at.readString();
      case IMAGE -> {
        image.length = at.readLength();
        image.offset = at.position();
        at.skipBytes(image.length);
      }
      default -> at.skip(column.schema());
    }
  }

  private void readRenditions(AvroCursor at, List<Column> parts, Found found)
      throws MalformedSampleException {
    for (long block = at.readBlock(); block != 0; block = at.readBlock()) {
      for (long i = 0; i < block; i++) {
        FoundImage rendition = new FoundImage();
        for (Column part : parts) {
          readImage(at, part, rendition);
        }
        if (rendition.name.equals(selection.rendition())) {
          found.image = rendition;
          found.hasRendition = true;
        }
      }
    }
  }

  private void readTokenSets(
      AvroCursor at, List<Column> parts, Found found, byte[] value, IntBuffer tokens)
      throws MalformedSampleException {
    for (long block = at.readBlock(); block != 0; block = at.readBlock()) {
      for (long i = 0; i < block; i++) {
        FoundTokens set = new FoundTokens();
        int idsAt = 0;
        for (Column part : parts) {
          switch (part.wanted()) {
            case NAME -> set.name = at.readString();
            case TOKEN_COUNT -> set.count = at.readInt();
            case TOKEN_IDS -> {
              idsAt = at.position();
              at.skip(part.schema());
            }
            default -> at.skip(part.schema());
          }
        }
        if (set.name.equals(selection.tokenSet())) {
          // Whose ids they are may be known only behind them.
          set.length = idsAt == 0 ? 0 : readTokens(new AvroCursor(value, idsAt), tokens);
          found.tokens = set;
          found.hasTokenSet = true;
        }
      }
    }
  }

  private static int readTokens(AvroCursor at, IntBuffer tokens) throws MalformedSampleException {
    int count = 0;
    for (long block = at.readBlock(); block != 0; block = at.readBlock()) {
      for (long i = 0; i < block; i++) {
        int token = at.readInt();
        if (count < tokens.remaining()) {
          tokens.put(tokens.position() + count, token);
        }
        count++;
      }
    }
    return count;
  }

  private Plan planFor(Schema writer) throws MalformedSampleException {
    Set<Wanted> wanted = EnumSet.of(Wanted.PAIR_ID, Wanted.SPLIT, Wanted.CAPTION);
    Set<Wanted> shape = EnumSet.of(Wanted.RENDITIONS);
    if (selection.rendition().isEmpty()) {
      shape = Wanted.OF_IMAGE;
    }
    wanted.addAll(shape);
    if (selection.tokenSet().isEmpty()) {
      wanted.addAll(Wanted.OF_TOKENS);
    } else {
      wanted.add(Wanted.TOKEN_SETS);
    }
    List<Column> columns = columns(writer, wanted);
    int shapeColumns = 0;
    for (int i = 0; i < columns.size(); i++) {
      if (shape.contains(columns.get(i).wanted())) {
        shapeColumns = i + 1;
      }
    }
    return new Plan(columns, shapeColumns);
  }

  private static List<Column> columns(Schema writer, Set<Wanted> wanted)
      throws MalformedSampleException {
    List<Column> columns = new ArrayList<>();
    for (Schema.Field field : writer.getFields()) {
      Wanted found =
          wanted.stream()
              .filter(one -> one.field.equals(field.name()))
              .findFirst()
              .orElse(Wanted.NO);
      if (found != Wanted.NO && !found.fits(field.schema())) {
        throw new MalformedSampleException(
            "field " + field.name() + " is written as " + field.schema().getType());
      }
      columns.add(new Column(found, field.schema(), parts(found, field.schema())));
    }
    return List.copyOf(columns);
  }

  /** The fields of an item of an array of records. */
  private static List<Column> parts(Wanted found, Schema schema) throws MalformedSampleException {
    if (found != Wanted.RENDITIONS && found != Wanted.TOKEN_SETS) {
      return List.of();
    }
    Set<Wanted> wanted = EnumSet.of(Wanted.NAME);
    wanted.addAll(found == Wanted.RENDITIONS ? Wanted.OF_IMAGE : Wanted.OF_TOKENS);
    return columns(schema.getElementType(), wanted);
  }
}
