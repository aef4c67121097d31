package io.pairstream.image.plan;

/** Work of a model on a question; one record for each way of running a model. */
public sealed interface ModelTask
    permits CaptionWriting, CascadeDetection, GraphInputs, PixelMaking, TextReading {}
