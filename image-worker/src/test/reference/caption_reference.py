"""Captions of the tiny captioner that transformers' own generate and tokenizers' own decode write.

    python caption_reference.py MODELS > caption-golden.txt

MODELS is the folder with what onnx_models.py made and caption-tokenizer.json. Needs, once:
pip install torch transformers==5.24.0 tokenizers==0.23.3 onnxruntime
"""

import pathlib
import sys

import numpy
import onnxruntime
import torch
from tokenizers import Tokenizer
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

START, END, PROMPT = 1, 2, [6, 9]
COLOURS = [(250, 20, 30), (20, 250, 60), (90, 90, 200), (255, 255, 255), (128, 40, 220), (200, 210, 16)]


class Captioner(PreTrainedModel, GenerationMixin):
    """The decoder behind a picture, as a model that goes on with a text."""

    config_class = PretrainedConfig
    _is_stateful = True

    def __init__(self, decoder, states):
        super().__init__(PretrainedConfig(vocab_size=20))
        self.nothing = torch.nn.Parameter(torch.zeros(1))
        self.decoder, self.states = decoder, states

    def prepare_inputs_for_generation(self, input_ids, **_):
        return {"input_ids": input_ids}

    def forward(self, input_ids, **_):
        given = {"input_ids": input_ids.numpy(), "encoder_hidden_states": self.states.repeat(len(input_ids), 0)}
        return CausalLMOutput(logits=torch.from_numpy(self.decoder.run(["logits"], given)[0]))


def main():
    folder = pathlib.Path(sys.argv[1])
    words = Tokenizer.from_file(str(folder / "caption-tokenizer.json"))
    encoder = onnxruntime.InferenceSession(folder / "caption-encoder.onnx")
    decoder = onnxruntime.InferenceSession(folder / "caption-decoder.onnx")
    for colour in COLOURS:
        pixels = numpy.float32(colour).reshape(1, 3, 1, 1).repeat(8, 2).repeat(8, 3) / 255
        model = Captioner(decoder, encoder.run(None, {"pixel_values": pixels})[0])
        for prompt in ([], PROMPT):
            for beams, penalty in ((1, 1.0), (2, 1.0), (4, 1.0), (4, 2.5), (4, -1.0), (8, 0.0)):
                for most in (4, 12):
                    config = GenerationConfig(
                        num_beams=beams, length_penalty=penalty, max_new_tokens=most, do_sample=False, use_cache=False,
                        bos_token_id=START, eos_token_id=END, pad_token_id=0)
                    with torch.no_grad():
                        ids = model.generate(torch.tensor([[START] + prompt]), generation_config=config)[0].tolist()
                    print(
                        ",".join(map(str, colour)), ",".join(map(str, prompt)), beams, penalty, most,
                        ",".join(map(str, ids[1 + len(prompt):])), words.decode(ids), sep="\t")


if __name__ == "__main__":
    main()
