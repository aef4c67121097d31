package org.bytedeco.openvino.presets;

/**
 * Stands in for a class that ONNX Runtime's Java classes name in an annotation, and without which
 * they cannot be loaded. It belongs to OpenVINO, an accelerator that models do without.
 */
public final class openvino {

  private openvino() {}
}
