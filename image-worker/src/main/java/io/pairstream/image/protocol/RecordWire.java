package io.pairstream.image.protocol;

import io.pairstream.cleaning.image.EncodedImage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A record as bytes: its components in their order, one after the other.
 *
 * <p>The types say what comes next, so the bytes name no class. Knows records, lists, maps, enums,
 * texts, files, and the primitive types that plans and answers use. Both ends run the same build.
 */
final class RecordWire {

  private static final ClassValue<Shape> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
          return Shape.of(type);
        }
      };

  private RecordWire() {}

  private record Shape(Constructor<?> constructor, List<RecordComponent> components) {

    static Shape of(Class<?> type) {
      List<RecordComponent> components = List.of(type.getRecordComponents());
      Class<?>[] types = components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
      try {
        return new Shape(type.getDeclaredConstructor(types), components);
      } catch (NoSuchMethodException e) {
        throw new IllegalStateException("every record has one", e);
      }
    }
  }

  static void write(Object value, DataOutputStream out) throws IOException {
    if (value instanceof Integer number) {
      out.writeInt(number);
    } else if (value instanceof Long number) {
      out.writeLong(number);
    } else if (value instanceof Double number) {
      out.writeDouble(number);
    } else if (value instanceof Boolean decision) {
      out.writeBoolean(decision);
    } else if (value instanceof String text) {
      writeBytes(text.getBytes(StandardCharsets.UTF_8), out);
    } else if (value instanceof EncodedImage file) {
      writeBytes(file.bytes(), out);
    } else if (value instanceof Enum<?> constant) {
      write(constant.name(), out);
    } else if (value instanceof List<?> list) {
      out.writeInt(list.size());
      for (Object item : list) {
        write(item, out);
      }
    } else if (value instanceof Map<?, ?> map) {
      out.writeInt(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        write(entry.getKey(), out);
        write(entry.getValue(), out);
      }
    } else if (value instanceof Record) {
      for (RecordComponent component : SHAPES.get(value.getClass()).components()) {
        try {
          write(component.getAccessor().invoke(value), out);
        } catch (ReflectiveOperationException e) {
          throw new IOException("what is sent is public", e);
        }
      }
    } else {
      throw new IOException("nothing carries " + value);
    }
  }

  private static void writeBytes(byte[] bytes, DataOutputStream out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /**
   * Reads a record.
   *
   * @throws IOException if the bytes are none
   */
  static <T extends Record> T read(Class<T> type, DataInputStream in) throws IOException {
    return type.cast(read((Type) type, in));
  }

  private static Object read(Type type, DataInputStream in) throws IOException {
    if (type == int.class || type == Integer.class) {
      return in.readInt();
    } else if (type == long.class) {
      return in.readLong();
    } else if (type == double.class || type == Double.class) {
      return in.readDouble();
    } else if (type == boolean.class) {
      return in.readBoolean();
    } else if (type == String.class) {
      return new String(readBytes(in), StandardCharsets.UTF_8);
    } else if (type == EncodedImage.class) {
      return new EncodedImage(readBytes(in));
    } else if (type instanceof ParameterizedType generic) {
      return readItems(generic, in);
    } else if (type instanceof Class<?> found && found.isEnum()) {
      Object name = read(String.class, in);
      return Arrays.stream(found.getEnumConstants())
          .filter(constant -> ((Enum<?>) constant).name().equals(name))
          .findFirst()
          .orElseThrow(() -> new IOException("there is no " + found.getSimpleName() + " " + name));
    } else if (type instanceof Class<?> found && found.isRecord()) {
      return readRecord(found, in);
    }
    throw new IOException("nothing carries " + type);
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    int length = WorkerProtocol.readLength(in, WorkerProtocol.MAX_FRAME_BYTES);
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return bytes;
  }

  private static Object readItems(ParameterizedType type, DataInputStream in) throws IOException {
    Type[] of = type.getActualTypeArguments();
    int count = WorkerProtocol.readLength(in, WorkerProtocol.MAX_ITEMS);
    if (type.getRawType() == List.class) {
      List<Object> items = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        items.add(read(of[0], in));
      }
      return items;
    }
    Map<Object, Object> entries = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      entries.put(read(of[0], in), read(of[1], in));
    }
    return entries;
  }

  private static Object readRecord(Class<?> type, DataInputStream in) throws IOException {
    Shape shape = SHAPES.get(type);
    Object[] values = new Object[shape.components().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = read(shape.components().get(i).getGenericType(), in);
    }
    try {
      return shape.constructor().newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IOException("it is no " + type.getSimpleName(), e);
    }
  }
}
