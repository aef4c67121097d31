package io.pairstream.image.worker.models;

import io.pairstream.image.plan.GraphInputs;
import io.pairstream.image.plan.ModelOutput;
import io.pairstream.image.plan.ModelPlan;
import io.pairstream.image.plan.PictureInput;
import io.pairstream.image.protocol.Failure;
import io.pairstream.image.protocol.ModelProtocol.Given;
import io.pairstream.image.protocol.ModelProtocol.Item;
import io.pairstream.image.protocol.ModelProtocol.ItemReply;
import io.pairstream.image.protocol.ModelProtocol.NoAnswer;
import io.pairstream.image.worker.pixels.StoredPixels.UnreadableException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntBiFunction;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.onnxruntime.IoBinding;
import org.bytedeco.onnxruntime.LongVector;
import org.bytedeco.onnxruntime.RunOptions;
import org.bytedeco.onnxruntime.Session;
import org.bytedeco.onnxruntime.StringVector;
import org.bytedeco.onnxruntime.TensorTypeAndShapeInfo;
import org.bytedeco.onnxruntime.Value;
import org.bytedeco.onnxruntime.global.onnxruntime;

/** A model that ONNX Runtime runs, asked as its card says. Not thread-safe. */
final class OnnxModel implements AskedModel {

  private final List<ModelOutput> outputs;
  private final GraphInputs shown;
  private final Session session;
  private final OnnxRuntime runtime;
  private final ShownPixels pixels;
  private final Set<String> tensors = new LinkedHashSet<>();

  /** Element type of each input of the graph. */
  private final Map<String, Integer> inputs = new LinkedHashMap<>();

  /**
   * Loads the model, which stays until the process ends, so no {@code PointerScope} may be open.
   *
   * @throws RuntimeException where it cannot be loaded, or takes or has something else than the
   *     card says
   */
  OnnxModel(ModelPlan plan, GraphInputs shown, OnnxRuntime runtime) {
    outputs = plan.outputs();
    this.shown = shown;
    this.runtime = runtime;
    pixels = shown.picture().map(ShownPixels::new).orElse(null);
    outputs.forEach(output -> tensors.add(output.tensor()));
    session = runtime.session(plan.file(), tensors);
    StringVector names = session.GetInputNames();
    for (int i = 0; i < names.size(); i++) {
      inputs.put(
          names.get(i).getString(),
          session.GetInputTypeInfo(i).GetTensorTypeAndShapeInfo().GetElementType());
    }
    checkInputs();
  }

  private void checkInputs() {
    Set<String> given = new TreeSet<>();
    String picture = shown.picture().map(PictureInput::tensor).orElse("");
    given.add(picture);
    shown
        .caption()
        .ifPresent(
            caption -> given.addAll(List.of(caption.ids(), caption.mask(), caption.types())));
    given.remove("");
    if (!given.equals(inputs.keySet())) {
      throw new IllegalArgumentException(
          "the card names the inputs " + given + ", and the graph takes " + inputs.keySet());
    }
    for (String input : given) {
      boolean ofPicture = input.equals(picture);
      int type = inputs.get(input);
      boolean fits =
          ofPicture
              ? type == onnxruntime.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT
              : type == onnxruntime.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64
                  || type == onnxruntime.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
      if (!fits) {
        throw new IllegalArgumentException(
            "the input %s is not %s: export the model with it"
                .formatted(input, ofPicture ? "float32" : "int64 or int32"));
      }
    }
  }

  @Override
  @SuppressWarnings("try") // the scope works by being open
  public List<ItemReply> ask(List<Item> items) {
    try (PointerScope scope = new PointerScope()) {
      return run(items);
    } catch (RuntimeException e) {
      if (items.size() > 1) {
        return items.stream().flatMap(item -> ask(List.of(item)).stream()).toList();
      }
      return List.of(OnnxRuntime.failed(e));
    }
  }

  private List<ItemReply> run(List<Item> items) {
    ItemReply[] replies = new ItemReply[items.size()];
    List<Item> asked = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    FloatPointer levels =
        new FloatPointer(pixels == null ? 0 : (long) items.size() * pixels.count()).zero();
    FloatBuffer room = levels.asBuffer();
    for (int i = 0; i < replies.length; i++) {
      int start = pixels == null ? 0 : room.position();
      try {
        if (pixels != null) {
          pixels.put(items.get(i).picture().orElseThrow(), room);
        }
        asked.add(items.get(i));
        places.add(i);
      } catch (UnreadableException e) {
        room.position(start);
        replies[i] = new NoAnswer(Failure.UNREADABLE, e.getMessage());
      }
    }
    if (!asked.isEmpty()) {
      Map<String, Tensor> results = results(levels, asked);
      for (int i = 0; i < places.size(); i++) {
        replies[places.get(i)] = reply(asked.get(i), i, results);
      }
    }
    return List.of(replies);
  }

  private Map<String, Tensor> results(FloatPointer levels, List<Item> items) {
    IoBinding binding = new IoBinding(session);
    int count = items.size();
    shown
        .picture()
        .ifPresent(
            picture ->
                binding.BindInput(picture.tensor(), runtime.floats(levels, pixels.shape(count))));
    shown
        .caption()
        .ifPresent(
            caption -> {
              bind(binding, caption.ids(), items, (item, place) -> item.ids().get(place));
              bind(binding, caption.mask(), items, (item, place) -> place < item.own() ? 1 : 0);
              bind(binding, caption.types(), items, (item, place) -> 0);
            });
    tensors.forEach(tensor -> binding.BindOutput(tensor, runtime.memory()));
    session.Run(new RunOptions(), binding);
    Map<String, Tensor> results = new LinkedHashMap<>();
    int at = 0;
    for (String tensor : tensors) {
      results.put(tensor, Tensor.of(tensor, binding.GetOutputValues().get(at++), count));
    }
    return results;
  }

  /** Binds int32 or int64 [items, length]; nothing where the input has no name. */
  private void bind(
      IoBinding binding, String input, List<Item> items, ToIntBiFunction<Item, Integer> number) {
    if (input.isEmpty()) {
      return;
    }
    int length = items.get(0).ids().size();
    int[] numbers =
        items.stream()
            .flatMapToInt(item -> IntStream.range(0, length).map(at -> number.applyAsInt(item, at)))
            .toArray();
    LongPointer shape = new LongPointer(items.size(), length);
    boolean narrow = inputs.get(input) == onnxruntime.ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
    binding.BindInput(
        input,
        narrow
            ? Value.CreateTensorInt(
                runtime.memory(), new IntPointer(numbers), numbers.length, shape, 2)
            : runtime.longs(Arrays.stream(numbers).asLongStream().toArray(), items.size(), length));
  }

  private ItemReply reply(Item item, int at, Map<String, Tensor> results) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    Map<String, String> labels = new LinkedHashMap<>();
    Map<String, List<Double>> vectors = new LinkedHashMap<>();
    for (ModelOutput output : outputs) {
      Tensor tensor = results.get(output.tensor());
      double[] said = tensor.item(at);
      if (!Arrays.stream(said).allMatch(Double::isFinite)) {
        return new NoAnswer(Failure.ODD_ANSWER, output.name() + " has a number that is not finite");
      }
      switch (output.as()) {
        case NUMBER -> numbers.put(output.name(), OutputNumbers.number(output, said));
        case SHARE -> numbers.put(output.name(), OutputNumbers.share(output, said));
        case LABEL -> labels.put(output.name(), OutputNumbers.label(output, said));
        case VECTOR ->
            vectors.put(
                output.name(), OutputNumbers.vector(output, said, tensor.size(), ownTokens(item)));
        case TEXT -> throw new IllegalStateException("a graph gives no text");
      }
    }
    return new Given(numbers, labels, vectors, Map.of());
  }

  /** How many tokens a mean is of; all of them for a picture. */
  private static int ownTokens(Item item) {
    return item.ids().isEmpty() ? Integer.MAX_VALUE : item.own();
  }

  /**
   * Numbers that the model gives for a batch.
   *
   * @param numbers float32 [items, …, size]
   * @param each how many numbers there are for an item
   * @param size the last dimension
   */
  private record Tensor(FloatPointer numbers, int each, int size) {

    static Tensor of(String name, Value value, int items) {
      TensorTypeAndShapeInfo info = value.GetTensorTypeAndShapeInfo();
      if (info.GetElementType() != onnxruntime.ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) {
        throw new IllegalArgumentException(
            "the tensor " + name + " is not float32: export the model with it");
      }
      LongVector shape = info.GetShape();
      long count = info.GetElementCount();
      if (items > 1 && (shape.size() == 0 || shape.get(0) != items)) {
        throw new IllegalArgumentException(
            "the tensor %s has no item for each of %d questions; the card's batch would be 1"
                .formatted(name, items));
      }
      if (count == 0 || count % items != 0) {
        throw new IllegalArgumentException("the tensor " + name + " has " + count + " numbers");
      }
      long size = shape.size() == 0 ? 1 : shape.get(shape.size() - 1);
      return new Tensor(
          value.GetTensorMutableDataFloat(), Math.toIntExact(count / items), (int) size);
    }

    double[] item(int at) {
      float[] item = new float[each];
      numbers.position((long) at * each).get(item);
      double[] wide = new double[each];
      Arrays.setAll(wide, i -> item[i]);
      return wide;
    }
  }
}
