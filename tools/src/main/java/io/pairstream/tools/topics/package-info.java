/** Making a data set's topics and registering their schemas, again and again without harm. */
package io.pairstream.tools.topics;
