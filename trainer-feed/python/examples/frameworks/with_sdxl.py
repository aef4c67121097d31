"""Like diffusers' train_text_to_image_sdxl.py, with a small model: buckets, two token sets, time ids, dropped captions."""

import torch
from accelerate import Accelerator
from stream import asked, finish, newest, note, split

from pairstream.augment import horizontal_flip
from pairstream.torch import TorchLoader


class UNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoders = torch.nn.ModuleList(torch.nn.Embedding(49408, 8) for _ in range(2))
        self.times = torch.nn.Linear(6, 8)
        self.into, self.out = torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.Conv2d(8, 3, 1)

    def forward(self, noisy, tokens, masks, time_ids):
        text = sum(self.pooled(*each) for each in zip(self.encoders, tokens, masks))
        hidden = self.into(noisy) + (text + self.times(time_ids / 256))[:, :, None, None]
        return self.out(torch.relu(hidden))

    def pooled(self, encoder, tokens, mask):
        return (encoder(tokens) * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)


def prepared(sample, random):
    sample = horizontal_flip(sample, random)  # crop with it, and not where the caption names a side
    pixels = torch.from_numpy(sample.pop("image")).permute(2, 0, 1) / 127.5 - 1
    noise = torch.from_numpy(random.standard_normal(pixels.shape, "float32"))
    return {**sample, "pixels": pixels, "noise": noise, "pair_ids": sample["pair_id"]}


accelerator = Accelerator(cpu=True)
torch.manual_seed(1)
model = UNet()
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
loader = TorchLoader(
    *split(), epochs=2, device=accelerator.device, transform=prepared, buckets=True, caption_dropout=0.1,
    captions={"CROWDSOURCED": 0.3, "SYNTHETIC": 0.7}, columns=["original_size", "crop", "tokens.big"], **asked.options,
)  # fmt: skip
with loader:
    model, optimiser, batches = accelerator.prepare(model, optimiser, loader)
    accelerator.register_for_checkpointing(batches)
    if saved := newest():
        accelerator.load_state(saved)
    for batch in batches:
        time_ids = torch.cat([batch["original_size"], batch["crop"]], 1).float()  # size, corner, size of the picture
        tokens, masks = (batch["tokens"], batch["tokens.big"]), (batch["mask"], batch["mask.big"])
        noisy = (batch["pixels"] + batch["noise"]) / 2**0.5
        loss = (model(noisy, tokens, masks, time_ids) - batch["noise"]).square().mean()
        optimiser.zero_grad()
        accelerator.backward(loss)
        optimiser.step()
        note(batch, loss)
        if asked.checkpoint:
            accelerator.save_state(asked.checkpoint / "unfinished")
            accelerator.wait_for_everyone()
            finish(batch, accelerator.is_main_process)
accelerator.end_training()
