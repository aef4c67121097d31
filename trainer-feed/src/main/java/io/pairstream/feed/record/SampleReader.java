package io.pairstream.feed.record;

import io.pairstream.schemas.wire.MissingSchemaException;
import io.pairstream.schemas.wire.Registry;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;

/**
 * Reads prepared pairs in Confluent wire format: once from front to back, in the order of the
 * writer's schema. Fields that a trainer does not need are stepped over. Thread-safe.
 */
public final class SampleReader {

  private static final int PREFIX_BYTES = 5;

  private final Registry registry;
  private final String subject;
  private final Map<Integer, List<Column>> plans = new ConcurrentHashMap<>();

  /**
   * Reads records of one topic.
   *
   * @param topic full name of the topic, whose subject holds the writers' schemas
   */
  public SampleReader(Registry registry, String topic) {
    this.registry = registry;
    this.subject = topic + "-value";
  }

  /** One field of the writer's schema. */
  private record Column(Wanted wanted, Schema schema) {}

  private enum Wanted {
    PAIR_ID("pair_id", Schema.Type.STRING),
    IMAGE("image", Schema.Type.BYTES),
    IMAGE_ENCODING("image_encoding", Schema.Type.STRING),
    WIDTH("width", Schema.Type.INT),
    HEIGHT("height", Schema.Type.INT),
    CHANNELS("channels", Schema.Type.INT),
    CAPTION("caption", Schema.Type.STRING),
    TOKEN_IDS("token_ids", Schema.Type.ARRAY),
    SPLIT("split", Schema.Type.STRING),
    NO(null, null);

    private final String field;
    private final Schema.Type type;

    Wanted(String field, Schema.Type type) {
      this.field = field;
      this.type = type;
    }

    private boolean fits(Schema schema) {
      return schema.getType() == type
          && (type != Schema.Type.ARRAY || schema.getElementType().getType() == Schema.Type.INT);
    }
  }

  /**
   * Reads one record's value.
   *
   * @param tokens takes the token ids from its position on, as far as there is room; its position
   *     does not move
   * @throws MalformedSampleException where the value is not a prepared pair
   * @throws RegistryUnavailableException where the registry cannot be asked for the writer's schema
   */
  public Sample read(byte[] value, IntBuffer tokens) throws MalformedSampleException {
    if (value.length < PREFIX_BYTES || value[0] != 0) {
      throw new MalformedSampleException("not Avro in Confluent wire format");
    }
    List<Column> plan = plan(ByteBuffer.wrap(value).getInt(1));

    AvroCursor at = new AvroCursor(value, PREFIX_BYTES);
    String pairId = "";
    String split = "";
    String caption = "";
    String encoding = "jpeg";
    int imageOffset = 0;
    int imageLength = 0;
    int width = 0;
    int height = 0;
    int channels = 3;
    int tokenCount = 0;
    for (Column column : plan) {
      switch (column.wanted()) {
        case PAIR_ID -> pairId = at.readString();
        case SPLIT -> split = at.readString();
        case CAPTION -> caption = at.readString();
        case IMAGE_ENCODING -> encoding = at.readString();
        case WIDTH -> width = at.readInt();
        case HEIGHT -> height = at.readInt();
        case CHANNELS -> channels = at.readInt();
        case IMAGE -> {
          imageLength = at.readLength();
          imageOffset = at.position();
          at.skipBytes(imageLength);
        }
        case TOKEN_IDS -> tokenCount = readTokens(at, tokens);
        case NO -> at.skip(column.schema());
      }
    }
    return new Sample(
        pairId,
        split,
        caption,
        encoding,
        imageOffset,
        imageLength,
        width,
        height,
        channels,
        tokenCount);
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

  private List<Column> plan(int schemaId) throws MalformedSampleException {
    List<Column> known = plans.get(schemaId);
    if (known == null) {
      known = columns(schema(schemaId));
      plans.put(schemaId, known);
    }
    return known;
  }

  private static List<Column> columns(Schema writer) throws MalformedSampleException {
    if (writer.getType() != Schema.Type.RECORD) {
      throw new MalformedSampleException("written as " + writer.getType() + ", not as a record");
    }
    List<Column> columns = new ArrayList<>();
    for (Schema.Field field : writer.getFields()) {
      Wanted found = Wanted.NO;
      for (Wanted wanted : Wanted.values()) {
        if (field.name().equals(wanted.field)) {
          found = wanted;
        }
      }
      if (found != Wanted.NO && !found.fits(field.schema())) {
        throw new MalformedSampleException(
            "field " + field.name() + " is written as " + field.schema().getType());
      }
      columns.add(new Column(found, field.schema()));
    }
    return List.copyOf(columns);
  }

  private Schema schema(int schemaId) throws MalformedSampleException {
    try {
      return registry.writerSchema(subject, schemaId);
    } catch (MissingSchemaException e) {
      throw new MalformedSampleException(e.getMessage());
    }
  }
}
