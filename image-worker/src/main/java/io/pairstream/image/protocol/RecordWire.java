package io.pairstream.image.protocol;

import io.pairstream.cleaning.image.EncodedImage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A record as bytes: its components in their order, one after the other.
 *
 * <p>The types say what comes next, so the bytes name no class. Knows records, lists, maps,
 * optionals, enums, texts, files, and the primitive types that plans and answers use. Where a
 * component is of a sealed interface, the number of the record among the permitted ones comes
 * first, so a peer can make no other. Both ends run the same build.
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

  /**
   * How a record is made and taken apart.
   *
   * @param number of the record in its sealed interface; -1 where it has none
   */
  private record Shape(Constructor<?> constructor, List<RecordComponent> components, int number) {

    static Shape of(Class<?> type) {
      List<RecordComponent> components = List.of(type.getRecordComponents());
      Class<?>[] types = components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
      try {
        int number =
            Arrays.stream(type.getInterfaces())
                .filter(Class::isSealed)
                .mapToInt(parent -> List.of(parent.getPermittedSubclasses()).indexOf(type))
                .findFirst()
                .orElse(-1);
        return new Shape(type.getDeclaredConstructor(types), components, number);
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
    } else if (value instanceof Optional<?> part) {
      write(part.stream().toList(), out);
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
      Shape shape = SHAPES.get(value.getClass());
      if (shape.number() >= 0) {
        out.writeInt(shape.number());
      }
      for (RecordComponent component : shape.components()) {
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
      return readGeneric(generic, in);
    } else if (type instanceof Class<?> found && found.isEnum()) {
      Object name = read(String.class, in);
      return Arrays.stream(found.getEnumConstants())
          .filter(constant -> ((Enum<?>) constant).name().equals(name))
          .findFirst()
          .orElseThrow(() -> new IOException("there is no " + found.getSimpleName() + " " + name));
    } else if (type instanceof Class<?> found && found.isSealed()) {
      return readRecord(readPermitted(found, in), type, in);
    } else if (type instanceof Class<?> found && found.isRecord()) {
      return readRecord(found, type, in);
    }
    throw new IOException("nothing carries " + type);
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    int length = WorkerProtocol.readLength(in, WorkerProtocol.MAX_FRAME_BYTES);
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return bytes;
  }

  private static Object readGeneric(ParameterizedType type, DataInputStream in) throws IOException {
    Type[] of = type.getActualTypeArguments();
    Class<?> raw = (Class<?>) type.getRawType();
    if (raw.isSealed()) {
      return readRecord(readPermitted(raw, in), of[0], in);
    } else if (raw == Optional.class) {
      return WorkerProtocol.readLength(in, 1) == 0
          ? Optional.empty()
          : Optional.of(read(of[0], in));
    }
    int count = WorkerProtocol.readLength(in, WorkerProtocol.MAX_ITEMS);
    if (raw == List.class) {
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

  private static Class<?> readPermitted(Class<?> parent, DataInputStream in) throws IOException {
    Class<?>[] permitted = parent.getPermittedSubclasses();
    return permitted[WorkerProtocol.readLength(in, permitted.length - 1)];
  }

  /**
   * @param variable what the record's type variable stands for, if it has one
   */
  private static Object readRecord(Class<?> type, Type variable, DataInputStream in)
      throws IOException {
    Shape shape = SHAPES.get(type);
    Object[] values = new Object[shape.components().size()];
    for (int i = 0; i < values.length; i++) {
      Type component = shape.components().get(i).getGenericType();
      values[i] = read(component instanceof TypeVariable ? variable : component, in);
    }
    try {
      return shape.constructor().newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IOException("it is no " + type.getSimpleName(), e);
    }
  }
}
