/**
 * Models in the child process: one class for each kind, on the native runtimes of ONNX and OpenCV.
 * Knows the plan that a model follows and the protocol's questions, but no card.
 */
package io.pairstream.image.worker.models;
