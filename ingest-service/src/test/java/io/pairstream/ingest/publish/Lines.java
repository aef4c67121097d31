package io.pairstream.ingest.publish;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.service.http.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Lines of a batch with drawn images. */
final class Lines {

  private Lines() {}

  /** A pair whose image no other has. */
  static String pair(int number) {
    return pair(number, "picture number " + number);
  }

  static String pair(int number, String caption) {
    return object().put("caption", caption).put("image", png(number)).toString();
  }

  static String link(String url) {
    return link(url, "a linked picture");
  }

  static String link(String url, String caption) {
    return object().put("caption", caption).put("url", url).toString();
  }

  static ObjectNode object() {
    return Json.MAPPER.createObjectNode();
  }

  static byte[] png(int number) {
    BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
    image.setRGB(number % 8, number / 8 % 8, number);
    image.setRGB(7, 7, 0x10203 + number);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
