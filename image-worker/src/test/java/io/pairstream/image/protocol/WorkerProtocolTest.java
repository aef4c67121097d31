package io.pairstream.image.protocol;

import static io.pairstream.cleaning.image.PixelOperations.PictureColour.GREY;
import static io.pairstream.cleaning.image.PixelOperations.PictureColour.RGB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pairstream.cleaning.Outcome;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.cleaning.image.EncodedImage;
import io.pairstream.cleaning.image.ImagePlan;
import io.pairstream.cleaning.image.ImageType;
import io.pairstream.cleaning.image.ImageWorker.ImageToPrepare;
import io.pairstream.cleaning.image.PictureOutput.ImageEncoding;
import io.pairstream.cleaning.image.PixelBox;
import io.pairstream.cleaning.image.PreparedImage;
import io.pairstream.cleaning.image.PreparedImage.Picture;
import io.pairstream.cleaning.image.ProbedImage;
import io.pairstream.cleaning.recipe.RecipeReader;
import io.pairstream.image.protocol.WorkerProtocol.Answer;
import io.pairstream.image.protocol.WorkerProtocol.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerProtocolTest {

  private static final ImageToPrepare IMAGE = imageOf(new byte[] {1, 2, 3});

  private static final ByteBuffer NO_WINDOW = ByteBuffer.allocateDirect(0);

  /** A plan with a value in every place. */
  private static final ImagePlan PLAN =
      ImagePlan.from(
          RecipeReader.parse(
              "recipe",
              "{image: {mode: bucket}, renditions: {a: {side-px: 64}, b: {pad-colour:"
                  + " '#123456'}}}"));

  private final ByteArrayOutputStream wire = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(wire);

  @Test
  void carriesARequestWithItsPlan() throws IOException {
    new Request(-5, Optional.of(PLAN), IMAGE).writeTo(out, ImageWindow.none());

    Request read = Request.readFrom(in(), NO_WINDOW);

    assertThat(read).isEqualTo(new Request(-5, Optional.of(PLAN), IMAGE));
  }

  @Test
  void laysAnImageThatFitsIntoTheWindow(@TempDir Path directory) throws IOException {
    ImageWindow window = ImageWindow.create(directory);
    ByteBuffer view = ImageWindow.view(window.argument());
    window.forgetFile();

    new Request(1, Optional.empty(), IMAGE).writeTo(out, window);

    Request read = Request.readFrom(in(), view);
    assertThat(read.image()).isEqualTo(IMAGE);
    assertThat(read.seenIn(view)).contains(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    assertThat(wire.size()).isLessThan(100);
  }

  /** A file that is shorter than its mapping ends a thread that touches the rest. */
  @Test
  void noProcessCanCutTheWindowShort(@TempDir Path directory) throws IOException {
    ImageWindow window = ImageWindow.create(directory);
    ByteBuffer view = ImageWindow.view(window.argument());
    window.forgetFile();

    assertThat(Path.of(window.argument())).doesNotExist();
    assertThat(view.isReadOnly()).isTrue();
    Path open = Path.of("/proc/self/fd");
    assumeTrue(Files.isDirectory(open));
    try (Stream<Path> files = Files.list(open)) {
      assertThat(files.filter(Files::isSymbolicLink).map(WorkerProtocolTest::target))
          .isNotEmpty()
          .noneMatch(file -> file.startsWith(window.argument()));
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "closed meanwhile";
    }
  }

  @Test
  void sendsALargerImageThroughThePipe(@TempDir Path directory) throws IOException {
    byte[] image = new byte[ImageWindow.BYTES + 1];
    image[image.length - 1] = 9;
    ImageWindow window = ImageWindow.create(directory);
    ByteBuffer view = ImageWindow.view(window.argument());
    window.forgetFile();

    new Request(1, Optional.empty(), imageOf(image)).writeTo(out, window);

    Request read = Request.readFrom(in(), view);
    assertThat(read.seenIn(view)).isEmpty();
    assertThat(read.image()).isEqualTo(imageOf(image));
  }

  @Test
  void carriesAPreparedImage() throws IOException {
    PreparedImage prepared =
        new PreparedImage(
            new Picture(new EncodedImage(new byte[] {4, 5}), ImageEncoding.RAW, GREY, 2, 1),
            List.of(
                new Picture.Named(
                    "small",
                    new Picture(new EncodedImage(new byte[0]), ImageEncoding.PNG, RGB, 9, 8)),
                new Picture.Named(
                    "big",
                    new Picture(new EncodedImage(new byte[] {6}), ImageEncoding.JPEG, RGB, 7, 6))),
            640,
            480,
            1L << 63,
            2,
            Map.of("sharpness", 1.5, "entropy", Double.MIN_VALUE));
    send(Outcome.kept(prepared));

    assertThat(Answer.readFrom(in()).outcome()).isEqualTo(Outcome.kept(prepared));
  }

  @Test
  void takesAnUnknownReasonForAFaultOfOurs() throws IOException {
    send(Outcome.rejected(RejectReason.IMAGE_DAMAGED, ""));
    byte[] other = wire.toByteArray();
    other[20] = 'X'; // behind the frame's length, the token, the outcome's number and the length

    assertThatThrownBy(() -> Answer.readFrom(new DataInputStream(new ByteArrayInputStream(other))))
        .isInstanceOf(IOException.class)
        .hasMessage("it cannot be read: there is no RejectReason XMAGE_DAMAGED");
  }

  private void send(Outcome<PreparedImage> outcome) throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    new Answer(7, outcome).writeTo(new DataOutputStream(frame));
    out.writeInt(frame.size());
    frame.writeTo(out);
  }

  @Test
  void refusesAFrameOfImpossibleLength() throws IOException {
    out.writeInt(WorkerProtocol.MAX_ANSWER_BYTES + 1);

    assertThatThrownBy(() -> Answer.readFrom(in()))
        .hasMessage("it has 9502721 bytes, at most 9502720");
  }

  @Test
  void noticesTheEndOfTheConversation() throws IOException {
    send(Outcome.rejected(RejectReason.IMAGE_DAMAGED, "cut"));
    byte[] cut = Arrays.copyOf(wire.toByteArray(), wire.size() - 1);

    assertThatThrownBy(() -> Answer.readFrom(new DataInputStream(new ByteArrayInputStream(cut))))
        .isInstanceOf(EOFException.class);
  }

  private static ImageToPrepare imageOf(byte[] file) {
    return new ImageToPrepare(
        new ProbedImage(
            new EncodedImage(file), ImageType.PNG, 640, 480, 8, ProbedImage.ColourModel.RGB, true),
        new PixelBox(1, 2, 3, 4));
  }

  private DataInputStream in() {
    return new DataInputStream(new ByteArrayInputStream(wire.toByteArray()));
  }
}
