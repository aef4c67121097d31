/**
 * What an ONNX model declares about itself, read without running it. Knows no picture and no
 * runtime.
 */
package io.pairstream.cleaning.onnx;
