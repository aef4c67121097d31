package org.bytedeco.dnnl.presets;

/**
 * Stands in for a class that ONNX Runtime's Java classes name in an annotation, and without which
 * they cannot be loaded. It belongs to oneDNN, an accelerator of 27 MB that models do without.
 */
public final class dnnl {

  private dnnl() {}
}
