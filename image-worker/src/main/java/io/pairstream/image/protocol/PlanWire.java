package io.pairstream.image.protocol;

import io.pairstream.cleaning.image.ImagePlan;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A plan as bytes: the components of its records in their order, one after the other.
 *
 * <p>The types say what comes next, so the bytes name no class. Knows records, lists, enums, texts,
 * and the primitive types that plans use. Both ends run the same build.
 */
final class PlanWire {

  private static final int MAX_ITEMS = 100_000;

  private PlanWire() {}

  static byte[] bytes(ImagePlan plan) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write(plan, ImagePlan.class, new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("a plan holds what no plan can carry", e);
    }
    return bytes.toByteArray();
  }

  static ImagePlan plan(byte[] bytes) throws IOException {
    return (ImagePlan) read(ImagePlan.class, new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  private static void write(Object value, Type type, DataOutputStream out) throws IOException {
    if (type == int.class) {
      out.writeInt((Integer) value);
    } else if (type == long.class) {
      out.writeLong((Long) value);
    } else if (type == double.class || type == Double.class) {
      out.writeDouble((Double) value);
    } else if (type == boolean.class) {
      out.writeBoolean((Boolean) value);
    } else if (type == String.class) {
      out.writeUTF((String) value);
    } else if (value instanceof List<?> list) {
      out.writeInt(list.size());
      for (Object item : list) {
        write(item, itemType(type), out);
      }
    } else if (value instanceof Enum<?> constant) {
      out.writeUTF(constant.name());
    } else if (value instanceof Record) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        write(component(value, component), component.getGenericType(), out);
      }
    } else {
      throw new IOException("no plan can carry " + type);
    }
  }

  private static Object read(Type type, DataInputStream in) throws IOException {
    if (type == int.class) {
      return in.readInt();
    } else if (type == long.class) {
      return in.readLong();
    } else if (type == double.class || type == Double.class) {
      return in.readDouble();
    } else if (type == boolean.class) {
      return in.readBoolean();
    } else if (type == String.class) {
      return in.readUTF();
    } else if (type instanceof ParameterizedType) {
      int size = in.readInt();
      if (size < 0 || size > MAX_ITEMS) {
        throw new IOException("not a plan: a list of " + size);
      }
      List<Object> items = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        items.add(read(itemType(type), in));
      }
      return items;
    } else if (type instanceof Class<?> found && found.isEnum()) {
      String name = in.readUTF();
      return Arrays.stream(found.getEnumConstants())
          .filter(constant -> ((Enum<?>) constant).name().equals(name))
          .findFirst()
          .orElseThrow(() -> new IOException("not a plan: no " + found.getSimpleName() + name));
    } else if (type instanceof Class<?> found && found.isRecord()) {
      return readRecord(found, in);
    }
    throw new IOException("no plan can carry " + type);
  }

  private static Object readRecord(Class<?> type, DataInputStream in) throws IOException {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = read(components[i].getGenericType(), in);
    }
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IOException("not a plan: no such " + type.getSimpleName(), e);
    }
  }

  private static Object component(Object value, RecordComponent component) throws IOException {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IOException("a plan's records are public", e);
    }
  }

  private static Type itemType(Type list) throws IOException {
    if (list instanceof ParameterizedType generic && generic.getRawType() == List.class) {
      return generic.getActualTypeArguments()[0];
    }
    throw new IOException("no plan can carry " + list);
  }
}
